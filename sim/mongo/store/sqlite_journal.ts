/**
 * The journal in a SQLite file.
 *
 * @module
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";
import { join } from "@std/path";
import { decodeDocument, encodeDocument } from "../documents/codec.ts";
import { formatIndexSpec, type IndexSpec, parseIndexSpec } from "./index_spec.ts";
import type { Journal, JournalledCollection, JournalledDocument } from "./journal.ts";

/** Name of the file in its folder. */
export const JOURNAL_FILE = "mongo.sqlite";

/**
 * Written into the file, so that a later version knows what it reads.
 */
const SCHEMA_VERSION = 1;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS collections (
  id INTEGER PRIMARY KEY, database TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (database, name));
CREATE TABLE IF NOT EXISTS indexes (
  collection INTEGER NOT NULL, name TEXT NOT NULL, spec BLOB NOT NULL,
  PRIMARY KEY (collection, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
  position INTEGER PRIMARY KEY, collection INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS documents_of_collection ON documents (collection);
PRAGMA user_version = ${SCHEMA_VERSION};`;

/** A journal that survives the process: in WAL mode, with one transaction a commit. */
export class SqliteJournal implements Journal {
  readonly #database: DatabaseSync;
  readonly #write: StatementSync;
  readonly #remove: StatementSync;
  #isOpen = false;

  /**
   * Opens the file, or makes it.
   *
   * @param folder Folder of the file; made where it is missing.
   * @throws {Error} When the file is in use, or cannot be read.
   */
  constructor(folder: string) {
    Deno.mkdirSync(folder, { recursive: true });
    const path = join(folder, JOURNAL_FILE);
    this.#database = new DatabaseSync(path);
    try {
      // The lock keeps a second server from the file.
      this.#database.exec(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
      );
      const version = this.#database.prepare("PRAGMA user_version").get()?.["user_version"];
      if (version !== 0 && version !== SCHEMA_VERSION) {
        throw new Error(`Cannot read version ${version} of the schema`);
      }
      this.#database.exec(`BEGIN IMMEDIATE;${SCHEMA}COMMIT;`);
      this.#write = this.#database.prepare(
        "INSERT INTO documents (position, collection, body) VALUES (?, ?, ?) " +
          "ON CONFLICT (position) DO UPDATE SET body = excluded.body",
      );
      this.#remove = this.#database.prepare("DELETE FROM documents WHERE position = ?");
    } catch (cause) {
      this.#database.close();
      throw new Error(`Cannot open the database ${path}`, { cause });
    }
  }

  /** The collections in the file. */
  collections(): readonly JournalledCollection[] {
    const specs = Map.groupBy(
      this.#database.prepare("SELECT collection, spec FROM indexes").all(),
      ({ collection }) => Number(collection),
    );
    return this.#database.prepare("SELECT id, database, name FROM collections").all().map((
      row,
    ) => ({
      id: Number(row["id"]),
      database: String(row["database"]),
      name: String(row["name"]),
      indexes: (specs.get(Number(row["id"])) ?? []).map(({ spec }) =>
        parseIndexSpec(decodeDocument(spec as Uint8Array))
      ),
    }));
  }

  /** The documents in the file, in the order of their insertion. */
  *documents(): Iterable<JournalledDocument> {
    const rows = this.#database.prepare(
      "SELECT position, collection, body FROM documents ORDER BY position",
    );
    for (const { position, collection, body } of rows.iterate()) {
      const bytes = body as Uint8Array;
      yield { position: Number(position), collection: Number(collection), bytes };
    }
  }

  createCollection(id: number, database: string, name: string): void {
    this.#run("INSERT INTO collections (id, database, name) VALUES (?, ?, ?)", id, database, name);
  }

  dropCollection(id: number): void {
    this.#run("DELETE FROM documents WHERE collection = ?", id);
    this.#run("DELETE FROM indexes WHERE collection = ?", id);
    this.#run("DELETE FROM collections WHERE id = ?", id);
  }

  createIndex(collection: number, spec: IndexSpec): void {
    const bytes = encodeDocument(formatIndexSpec(spec));
    this.#run(
      "INSERT INTO indexes (collection, name, spec) VALUES (?, ?, ?)",
      collection,
      spec.name,
      bytes,
    );
  }

  dropIndex(collection: number, name: string): void {
    this.#run("DELETE FROM indexes WHERE collection = ? AND name = ?", collection, name);
  }

  write(collection: number, position: number, bytes: Uint8Array): void {
    this.#begin();
    this.#write.run(position, collection, bytes);
  }

  remove(position: number): void {
    this.#begin();
    this.#remove.run(position);
  }

  commit(isSynced: boolean): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#database.exec("COMMIT");
    // In WAL mode a commit under NORMAL is written and not yet forced to the disk; a checkpoint is.
    if (isSynced) this.#database.exec("PRAGMA wal_checkpoint(FULL)");
  }

  close(): void {
    this.#database.close();
  }

  #run(sql: string, ...values: (number | string | Uint8Array)[]): void {
    this.#begin();
    this.#database.prepare(sql).run(...values);
  }

  #begin(): void {
    if (this.#isOpen) return;
    this.#database.exec("BEGIN");
    this.#isOpen = true;
  }
}
