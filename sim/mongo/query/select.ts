/**
 * Finds the documents that a filter means: through an index where one fits, else by looking at all.
 *
 * @module
 */

import type { Clock } from "../../../lib/clock.ts";
import { joinKeys, NULL_KEY } from "../documents/key.ts";
import { MongoFailure } from "../failure.ts";
import type { Collection } from "../store/collection.ts";
import type { Lookup } from "../store/lookup.ts";
import type { StoredDocument } from "../store/stored_document.ts";
import type { Filter } from "./filter.ts";

/** Keys that one look-up may ask for; a filter that names more is answered by a scan. */
const MOST_KEYS = 1000;
/** Documents between two looks at the clock. */
const DEADLINE_STEP = 1024;

/** A moment at which an operation is given up. */
export interface Deadline {
  /** Source of time. */
  readonly clock: Clock;
  /** The moment in milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/**
 * Finds documents, in the order of their insertion.
 *
 * @param collection Where to look; `undefined` has none.
 * @param filter Which are meant.
 * @param deadline When to give up; never where there is none.
 * @returns The documents. The collection must not change while they are drawn from it.
 * @throws {MongoFailure} `MaxTimeMSExpired` when the deadline has passed.
 */
export function* select(
  collection: Collection | undefined,
  filter: Filter,
  deadline?: Deadline,
): Generator<StoredDocument, void, undefined> {
  if (collection === undefined) return;
  let seen = 0;
  for (const document of candidates(collection, filter)) {
    if (deadline !== undefined && seen++ % DEADLINE_STEP === 0) checkDeadline(deadline);
    if (filter.matches(document.value)) yield document;
  }
}

function checkDeadline({ clock, atMs }: Deadline): void {
  if (clock.now() > atMs) {
    throw new MongoFailure("MaxTimeMSExpired", "operation exceeded time limit");
  }
}

/** The documents that a filter may mean: all that it does mean are among them. */
export function candidates(collection: Collection, filter: Filter): Iterable<StoredDocument> {
  const ids = filter.equalities.get("_id");
  if (ids !== undefined) {
    return inOrder(ids.flatMap((id) => collection.byId(id) ?? []));
  }
  let best: readonly StoredDocument[] | undefined;
  for (const lookup of collection.lookups) {
    const keys = keysFor(lookup, filter);
    if (keys === undefined) continue;
    const found = keys.flatMap((key) => lookup.at(key));
    if (best === undefined || found.length < best.length) best = found;
    if (best.length <= 1) break;
  }
  return best === undefined ? collection.documents : inOrder(best);
}

function inOrder(documents: readonly StoredDocument[]): readonly StoredDocument[] {
  if (documents.length < 2) return documents;
  return [...new Set(documents)].sort((left, right) => left.position - right.position);
}

/** The keys under which an index has all that the filter may mean; `undefined` where it cannot tell. */
function keysFor(lookup: Lookup, { equalities }: Filter): readonly string[] | undefined {
  if (!lookup.isComplete) return undefined;
  let heads: string[][] = [[]];
  for (const path of lookup.paths) {
    const choices = equalities.get(path);
    if (choices === undefined || heads.length * choices.length > MOST_KEYS) return undefined;
    // A sparse index lacks the documents without the field, which are those that null means.
    if (lookup.spec.sparse && choices.includes(NULL_KEY)) return undefined;
    heads = heads.flatMap((head) => choices.map((key) => [...head, key]));
  }
  return heads.map(joinKeys);
}
