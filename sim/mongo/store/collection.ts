/**
 * One collection: its documents and its indexes, always in step.
 *
 * @module
 */

import type { Document } from "bson";
import { keyOf } from "../documents/key.ts";
import { valuesAt } from "../documents/path.ts";
import { MongoFailure } from "../failure.ts";
import type { DataAccount } from "./data_account.ts";
import { ID_INDEX, type IndexSpec } from "./index_spec.ts";
import type { Journal } from "./journal.ts";
import { Lookup } from "./lookup.ts";
import type { StoredDocument } from "./stored_document.ts";

/** What a collection shares with the others. */
export interface CollectionContext {
  /** Where changes go. */
  readonly journal: Journal;
  /** How much the documents take. */
  readonly account: DataAccount;
  /** Gives the place of a new document. */
  readonly nextPosition: () => number;
}

/** A document in both its forms. */
export interface NewDocument {
  /** Its BSON; the collection keeps it. */
  readonly bytes: Uint8Array;
  /** Its fields. */
  readonly value: Document;
}

/** A collection. */
export class Collection {
  /** Its number in the journal. */
  readonly id: number;
  /** Its database. */
  readonly database: string;
  /** Its name in the database. */
  readonly name: string;
  readonly #context: CollectionContext;
  readonly #documents = new Map<string, StoredDocument>();
  readonly #lookups = new Map<string, Lookup>();

  /**
   * @param id Its number in the journal.
   * @param database Its database.
   * @param name Its name.
   * @param context What it shares with the others.
   */
  constructor(id: number, database: string, name: string, context: CollectionContext) {
    this.id = id;
    this.database = database;
    this.name = name;
    this.#context = context;
  }

  /** Database and name, as clients write it. */
  get namespace(): string {
    return `${this.database}.${this.name}`;
  }

  /** Number of documents. */
  get size(): number {
    return this.#documents.size;
  }

  /** All documents in the order of their insertion. */
  get documents(): Iterable<StoredDocument> {
    return this.#documents.values();
  }

  /** The indexes without the one on `_id`. */
  get lookups(): readonly Lookup[] {
    return [...this.#lookups.values()];
  }

  /** The indexes, the one on `_id` first. */
  get indexes(): readonly IndexSpec[] {
    return [ID_INDEX, ...this.lookups.map(({ spec }) => spec)];
  }

  /** The document whose `_id` has the key. */
  byId(idKey: string): StoredDocument | undefined {
    return this.#documents.get(idKey);
  }

  /**
   * Puts a document in.
   *
   * @throws {MongoFailure} `DuplicateKey` and others; nothing has changed then.
   */
  insert({ bytes, value }: NewDocument): StoredDocument {
    const position = this.#context.nextPosition();
    const document = { position, idKey: keyOf(value["_id"]), bytes, value };
    if (this.#documents.has(document.idKey)) throw this.#duplicate(ID_INDEX, value);
    this.#checkIndexes(value);
    this.#context.account.take(bytes.length);
    this.#add(document);
    this.#context.journal.write(this.id, position, bytes);
    return document;
  }

  /** Puts a document in that the journal gave back. */
  restore(position: number, { bytes, value }: NewDocument): void {
    this.#context.account.take(bytes.length);
    this.#add({ position, idKey: keyOf(value["_id"]), bytes, value });
  }

  /**
   * Puts another version of a document in its place; the `_id` is the same.
   *
   * @throws {MongoFailure} `DuplicateKey` and others; nothing has changed then.
   */
  replace(old: StoredDocument, { bytes, value }: NewDocument): StoredDocument {
    this.#checkIndexes(value, old);
    this.#context.account.take(bytes.length - old.bytes.length);
    const document = { position: old.position, idKey: old.idKey, bytes, value };
    for (const lookup of this.#lookups.values()) lookup.remove(old);
    this.#add(document);
    this.#context.journal.write(this.id, document.position, bytes);
    return document;
  }

  /** Takes a document out. */
  remove(document: StoredDocument): void {
    for (const lookup of this.#lookups.values()) lookup.remove(document);
    this.#documents.delete(document.idKey);
    this.#context.account.take(-document.bytes.length);
    this.#context.journal.remove(document.position);
  }

  /**
   * Adds an index.
   *
   * @throws {MongoFailure} `DuplicateKey` when the documents do not allow it; it is not added then.
   */
  addIndex(spec: IndexSpec): void {
    const lookup = new Lookup(spec);
    for (const document of this.#documents.values()) {
      if (lookup.holderOf(lookup.keysOf(document.value)) !== undefined) {
        throw this.#duplicate(spec, document.value);
      }
      lookup.add(document);
    }
    this.#lookups.set(spec.name, lookup);
    this.#context.journal.createIndex(this.id, spec);
  }

  /** Adds an index that the journal gave back, before any document. */
  restoreIndex(spec: IndexSpec): void {
    this.#lookups.set(spec.name, new Lookup(spec));
  }

  /** Takes an index away. */
  dropIndex(name: string): void {
    this.#lookups.delete(name);
    this.#context.journal.dropIndex(this.id, name);
  }

  /** Gives back what the documents take; the collection is not used afterwards. */
  release(): void {
    for (const { bytes } of this.#documents.values()) this.#context.account.take(-bytes.length);
  }

  #add(document: StoredDocument): void {
    this.#documents.set(document.idKey, document);
    for (const lookup of this.#lookups.values()) lookup.add(document);
  }

  #checkIndexes(value: Document, old?: StoredDocument): void {
    for (const lookup of this.#lookups.values()) {
      if (lookup.holderOf(lookup.keysOf(value), old) !== undefined) {
        throw this.#duplicate(lookup.spec, value);
      }
    }
  }

  #duplicate({ name, key }: IndexSpec, value: Document): MongoFailure {
    const keyValue = Object.fromEntries(
      Object.keys(key).map((path) => [path, valuesAt(value, path)[0] ?? null]),
    );
    return new MongoFailure(
      "DuplicateKey",
      `E11000 duplicate key error collection: ${this.namespace} index: ${name} dup key: ` +
        JSON.stringify(keyValue),
      { keyPattern: { ...key }, keyValue },
    );
  }
}
