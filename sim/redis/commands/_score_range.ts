/**
 * Ranges of sorted sets: by rank, by score and by bytes.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import { parseDouble } from "../numbers.ts";
import type { ScoredMember, SortedSet } from "../values/sorted_set.ts";

/** Ranks from `start` up to, not including, `end`. */
export interface RankRange {
  /** First rank. */
  readonly start: number;
  /** Rank after the last; not below `start`. */
  readonly end: number;
}

type Bound = (node: ScoredMember) => boolean;

const between = (set: SortedSet, from: Bound, after: Bound): RankRange => {
  const start = set.rankWhere(from);
  return { start, end: Math.max(start, set.rankWhere(after)) };
};

/** Reads a bound such as `5`, `(5` or `-inf`. */
function scoreBound(text: Bytes): { score: number; isExclusive: boolean } {
  const isExclusive = text.startsWith("(");
  const score = parseDouble(isExclusive ? text.slice(1) : text);
  if (score === null) throw new RedisError("ERR min or max is not a float");
  return { score, isExclusive };
}

/**
 * Finds the ranks of a range of scores.
 *
 * @param min Lower bound.
 * @param max Upper bound.
 * @returns Finds the range in a set.
 * @throws {RedisError} When a bound is no number.
 */
export function scoreRange(min: Bytes, max: Bytes): (set: SortedSet) => RankRange {
  const [low, high] = [scoreBound(min), scoreBound(max)];
  return (set) =>
    between(
      set,
      ({ score }) => low.isExclusive ? score > low.score : score >= low.score,
      ({ score }) => high.isExclusive ? score >= high.score : score > high.score,
    );
}

/** Reads a bound such as `[a`, `(a`, `-` or `+`; tells whether a member lies after it. */
function lexBound(text: Bytes, includes: boolean): (member: Bytes) => boolean {
  if (text === "-") return () => true;
  if (text === "+") return () => false;
  const bound = text.slice(1);
  if (text.startsWith("[")) {
    return includes ? (member) => member >= bound : (member) => member > bound;
  }
  if (text.startsWith("(")) {
    return includes ? (member) => member > bound : (member) => member >= bound;
  }
  throw new RedisError("ERR min or max not valid string range item");
}

/**
 * Finds the ranks of a range of members, in a set whose scores are all equal.
 *
 * @param min Lower bound.
 * @param max Upper bound.
 * @returns Finds the range in a set.
 * @throws {RedisError} When a bound is malformed.
 */
export function lexRange(min: Bytes, max: Bytes): (set: SortedSet) => RankRange {
  const [from, after] = [lexBound(min, true), lexBound(max, false)];
  return (set) => between(set, ({ member }) => from(member), ({ member }) => after(member));
}
