/**
 * What the parts of the contract share.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type Collection, type Db, type Document, MongoServerError } from "mongodb";

/** A test of a server, in a database without data. */
export type MongoRun = (database: Db) => Promise<void>;

/** Registers a test. */
export type MongoTest = (behaviour: string, run: MongoRun) => void;

/** A collection of any documents. */
// deno-lint-ignore no-explicit-any -- tests store, and send, what no schema allows
export type AnyCollection = Collection<any>;

/** The collection of that name. */
export function anyCollection(database: Db, name: string): AnyCollection {
  return database.collection(name);
}

/** Checks that a call is refused under one of MongoDB's numbers. */
export async function assertRefused(code: number, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    assert(error instanceof MongoServerError, `${error}`);
    assertEquals(error.code, code, error.message);
    return;
  }
  throw new Error(`Expected a refusal with ${code}`);
}

/** The `_id`s of what was found. */
export async function idsOf(found: { toArray(): Promise<Document[]> }): Promise<unknown[]> {
  return (await found.toArray()).map((document) => document["_id"]);
}
