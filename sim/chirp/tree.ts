/**
 * Whole trees of a store.
 *
 * @module
 */

import type { ChirpStat } from "../../lib/chirp/stat.ts";
import { isDirectory } from "./resolve.ts";
import { childOf, type Storage } from "./storage.ts";

/**
 * Removes an entry with all below it; links are removed, not followed.
 *
 * @param storage The store.
 * @param path Path of the entry, resolved.
 */
export function removeTree(storage: Storage, path: string): void {
  const stat = storage.lstat(path);
  if (stat === undefined) return;
  if (!isDirectory(stat)) return storage.removeFile(path);
  for (const name of storage.names(path)) removeTree(storage, childOf(path, name));
  storage.removeDirectory(path);
}

/**
 * Walks through an entry and all below it, a directory before what is in it; follows no link.
 *
 * @param storage The store.
 * @param path Path of the entry, resolved.
 */
export function* walkTree(
  storage: Storage,
  path: string,
): Generator<{ readonly path: string; readonly stat: ChirpStat }> {
  const stat = storage.lstat(path);
  if (stat === undefined) return;
  yield { path, stat };
  if (!isDirectory(stat)) return;
  for (const name of storage.names(path)) yield* walkTree(storage, childOf(path, name));
}
