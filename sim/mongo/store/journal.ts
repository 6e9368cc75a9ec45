/**
 * Where changes go so that they survive the process.
 *
 * @module
 */

import type { IndexSpec } from "./index_spec.ts";

/** A collection that a journal gives back. */
export interface JournalledCollection {
  /** Its number. */
  readonly id: number;
  /** Its database. */
  readonly database: string;
  /** Its name. */
  readonly name: string;
  /** Its indexes without the one on `_id`. */
  readonly indexes: readonly IndexSpec[];
}

/** A document that a journal gives back. */
export interface JournalledDocument {
  /** Number of its collection. */
  readonly collection: number;
  /** Its own number. */
  readonly position: number;
  /** Its BSON. */
  readonly bytes: Uint8Array;
}

/** Takes changes; those since the last commit are kept together or not at all. */
export interface Journal {
  /** Notes a new collection. */
  createCollection(id: number, database: string, name: string): void;
  /** Notes that a collection is gone, with all that is in it. */
  dropCollection(id: number): void;
  /** Notes a new index. */
  createIndex(collection: number, spec: IndexSpec): void;
  /** Notes that an index is gone. */
  dropIndex(collection: number, name: string): void;
  /** Notes a document that is new or changed. */
  write(collection: number, position: number, bytes: Uint8Array): void;
  /** Notes that a document is gone. */
  remove(position: number): void;
  /**
   * Makes the changes so far last.
   *
   * @param isSynced Whether they must survive a loss of power, too.
   */
  commit(isSynced: boolean): void;
  /** Takes no more changes; those that are not committed are lost. */
  close(): void;
}

/** Keeps nothing: the data live as long as the process. */
export const NO_JOURNAL: Journal = {
  createCollection() {},
  dropCollection() {},
  createIndex() {},
  dropIndex() {},
  write() {},
  remove() {},
  commit() {},
  close() {},
};
