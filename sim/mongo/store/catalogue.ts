/**
 * The databases and their collections.
 *
 * @module
 */

import { decodeDocument } from "../documents/codec.ts";
import { MongoFailure } from "../failure.ts";
import type { MongoLimits } from "../limits.ts";
import { Collection } from "./collection.ts";
import { DataAccount } from "./data_account.ts";
import { type Journal, NO_JOURNAL } from "./journal.ts";
import { SqliteJournal } from "./sqlite_journal.ts";

/** Longest name of a database, and of a database and a collection together, in characters. */
const LONGEST_DATABASE = 63;
const LONGEST_NAMESPACE = 255;

/** All collections of a server. */
export class Catalogue {
  readonly #limits: MongoLimits;
  readonly #journal: Journal;
  readonly #account: DataAccount;
  readonly #databases = new Map<string, Map<string, Collection>>();
  #lastPosition = 0;
  #lastCollection = 0;
  #size = 0;

  /**
   * @param limits Limits on what is kept.
   * @param folder Folder in which the data survive the process; none: in memory only.
   * @throws {Error} When what lies in the folder cannot be read.
   */
  constructor(limits: MongoLimits, folder?: string) {
    this.#limits = limits;
    this.#account = new DataAccount(limits.dataBytes);
    if (folder === undefined) {
      this.#journal = NO_JOURNAL;
      return;
    }
    const journal = new SqliteJournal(folder);
    this.#journal = journal;
    try {
      this.#restore(journal);
    } catch (cause) {
      journal.close();
      throw new Error(`Cannot read the database in ${folder}`, { cause });
    }
  }

  /** Bytes of BSON that the documents take. */
  get usedBytes(): number {
    return this.#account.usedBytes;
  }

  /** Names of the databases that have collections. */
  get databases(): readonly string[] {
    return [...this.#databases.keys()].sort();
  }

  /** Collections of a database, by name. */
  collectionsOf(database: string): readonly Collection[] {
    const collections = [...this.#databases.get(database)?.values() ?? []];
    return collections.sort((left, right) => left.name < right.name ? -1 : 1);
  }

  /**
   * Finds a collection.
   *
   * @throws {MongoFailure} `InvalidNamespace` when the name can be none of a collection.
   */
  find(database: string, name: string): Collection | undefined {
    checkDatabase(database);
    checkCollection(database, name);
    return this.#databases.get(database)?.get(name);
  }

  /** Finds a collection, or makes it. */
  findOrCreate(database: string, name: string): Collection {
    const found = this.find(database, name);
    if (found !== undefined) return found;
    if (this.#size >= this.#limits.collections) {
      throw new MongoFailure("OutOfDiskSpace", `Cannot keep more than ${this.#size} collections`);
    }
    const collection = this.#add(++this.#lastCollection, database, name);
    this.#journal.createCollection(collection.id, database, name);
    return collection;
  }

  /** Removes a collection with all that is in it. */
  drop(collection: Collection): void {
    const collections = this.#databases.get(collection.database);
    collections?.delete(collection.name);
    if (collections?.size === 0) this.#databases.delete(collection.database);
    collection.release();
    this.#size--;
    this.#journal.dropCollection(collection.id);
  }

  /** Makes the changes so far last; see {@linkcode Journal.commit}. */
  commit(isSynced: boolean): void {
    this.#journal.commit(isSynced);
  }

  /** Ends the use of the folder. */
  close(): void {
    this.#journal.close();
  }

  #add(id: number, database: string, name: string): Collection {
    const collections = this.#databases.get(database) ?? new Map<string, Collection>();
    this.#databases.set(database, collections);
    const collection = new Collection(id, database, name, {
      journal: this.#journal,
      account: this.#account,
      nextPosition: () => ++this.#lastPosition,
    });
    collections.set(name, collection);
    this.#size++;
    return collection;
  }

  #restore(journal: SqliteJournal): void {
    const byId = new Map<number, Collection>();
    for (const { id, database, name, indexes } of journal.collections()) {
      const collection = this.#add(id, database, name);
      for (const spec of indexes) collection.restoreIndex(spec);
      byId.set(id, collection);
      this.#lastCollection = Math.max(this.#lastCollection, id);
    }
    for (const { collection, position, bytes } of journal.documents()) {
      byId.get(collection)?.restore(position, { bytes, value: decodeDocument(bytes, Infinity) });
      this.#lastPosition = position;
    }
  }
}

/** @throws {MongoFailure} `InvalidNamespace` when the name can be none of a database. */
export function checkDatabase(name: string): void {
  if (name === "" || name.length > LONGEST_DATABASE || /[/\\. "$\0]/.test(name)) {
    throw new MongoFailure("InvalidNamespace", `Invalid database name: '${name}'`);
  }
}

function checkCollection(database: string, name: string): void {
  const isTooLong = database.length + 1 + name.length > LONGEST_NAMESPACE;
  if (name === "" || isTooLong || /^\.|^system\.|\.$|\.\.|[$\0]/.test(name)) {
    throw new MongoFailure("InvalidNamespace", `Invalid collection name: ${name}`);
  }
}
