/**
 * Drawing by chance, for `SRANDMEMBER` and its kin.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { type Random, randomFraction } from "../../../lib/random.ts";

/** Most elements that a draw with repetition may give, so that no answer fills the memory. */
const MOST_DRAWS = 16 * 1024 * 1024;

/**
 * Draws indices.
 *
 * @param random Source of chance.
 * @param size Number of elements to draw from.
 * @param count How many; a negative one allows repetition.
 * @returns Indices below `size`: distinct ones, or with repetition exactly `-count` of them.
 * @throws {RedisError} When too many are asked for.
 */
export function drawIndices(random: Random, size: number, count: number): number[] {
  if (size === 0) return [];
  if (count < -MOST_DRAWS) throw new RedisError("ERR value is out of range");
  if (count < 0) {
    return Array.from({ length: -count }, () => Math.floor(randomFraction(random) * size));
  }
  const indices = Array.from({ length: size }, (_, index) => index);
  const wanted = Math.min(count, size);
  // The first part of a Fisher-Yates shuffle.
  for (let at = 0; wanted < size && at < wanted; at++) {
    const other = at + Math.floor(randomFraction(random) * (size - at));
    [indices[at], indices[other]] = [indices[other] ?? 0, indices[at] ?? 0];
  }
  return indices.slice(0, wanted);
}
