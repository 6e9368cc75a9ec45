/**
 * The shortest list of commands that gives a store's data.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";
import type { Entry } from "./database.ts";
import { formatDouble } from "./numbers.ts";
import type { RedisStore } from "./store.ts";
import { Deque } from "./values/deque.ts";
import { MemberSet } from "./values/member_set.ts";
import { SortedSet } from "./values/sorted_set.ts";

/** Most words of a command in the dump. */
const LONGEST_COMMAND = 128;

/**
 * Lists the commands that build a store's data from nothing.
 *
 * @param store The store; it must not change meanwhile.
 * @returns The commands.
 */
export function* dumpStore(store: RedisStore): Generator<readonly Bytes[]> {
  for (const database of store.databases) {
    if (database.size === 0) continue;
    yield ["SELECT", `${database.index}`];
    for (const [key, entry] of database.entries) {
      if (entry.expiresAtMs !== 0 && entry.expiresAtMs <= store.nowMs) continue;
      yield* dumpEntry(key, entry);
      if (entry.expiresAtMs !== 0) yield ["PEXPIREAT", key, `${entry.expiresAtMs}`];
    }
  }
}

function dumpEntry(key: Bytes, { value }: Entry): Iterable<readonly Bytes[]> {
  if (typeof value === "string") return [["SET", key, value]];
  if (value instanceof Deque) return inParts(["RPUSH", key], value.slice());
  if (value instanceof MemberSet) return inParts(["SADD", key], [...value]);
  if (value instanceof SortedSet) {
    return inParts(
      ["ZADD", key],
      [...value].flatMap(({ member, score }) => [formatDouble(score), member]),
    );
  }
  return inParts(["HSET", key], [...value].flat());
}

function* inParts(head: readonly Bytes[], items: readonly Bytes[]): Generator<readonly Bytes[]> {
  for (let index = 0; index < items.length; index += LONGEST_COMMAND) {
    yield [...head, ...items.slice(index, index + LONGEST_COMMAND)];
  }
}
