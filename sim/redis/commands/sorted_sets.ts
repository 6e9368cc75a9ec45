/**
 * Commands that read sorted sets.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { syntaxError } from "../errors.ts";
import { matchGlob } from "../glob.ts";
import { formatDouble, integerArgument } from "../numbers.ts";
import { Double, type Reply, Scored } from "../reply.ts";
import type { Session } from "../session.ts";
import type { ScoredMember, SortedSet } from "../values/sorted_set.ts";
import { scanArguments } from "./_scan.ts";
import { lexRange, type RankRange, scoreRange } from "./_score_range.ts";
import { rangeArguments } from "./lists.ts";

const sortedAt = (session: Session, key: Bytes) => session.database.get(key, "zset");

/** Lists members, with their scores where these are wanted. */
export function listScored(members: readonly ScoredMember[], withScores: boolean): Reply {
  if (!withScores) return members.map(({ member }) => member);
  return new Scored(members.flatMap(({ member, score }) => [member, new Double(score)]));
}

interface RangeRequest {
  readonly by: "RANK" | "SCORE" | "LEX";
  readonly isReverse: boolean;
  /** Whether the bounds come highest first. */
  readonly isSwapped: boolean;
}

interface RangeOptions {
  by: "RANK" | "SCORE" | "LEX";
  isReverse: boolean;
  withScores: boolean;
  offset: number;
  count: number;
}

function rangeOptions(args: readonly Bytes[], request: RangeRequest | null): RangeOptions {
  const options: RangeOptions = {
    by: request?.by ?? "RANK",
    isReverse: request?.isReverse ?? false,
    withScores: false,
    offset: 0,
    count: -1,
  };
  let hasLimit = false;
  for (let index = 4; index < args.length; index++) {
    const option = args[index]?.toUpperCase();
    if (option === "WITHSCORES" && request?.by !== "LEX") options.withScores = true;
    else if (
      option === "LIMIT" && index + 2 < args.length && (request === null || request.by !== "RANK")
    ) {
      hasLimit = true;
      options.offset = integerArgument(args[++index] ?? "");
      options.count = integerArgument(args[++index] ?? "");
    } else if (request === null && options.by === "RANK" && option === "BYSCORE") {
      options.by = "SCORE";
    } else if (request === null && options.by === "RANK" && option === "BYLEX") options.by = "LEX";
    else if (request === null && option === "REV" && !options.isReverse) options.isReverse = true;
    else throw syntaxError();
  }
  if (hasLimit && options.by === "RANK") {
    throw new RedisError(
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    );
  }
  if (options.withScores && options.by === "LEX") {
    throw new RedisError("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  }
  return options;
}

function select(set: SortedSet, { start, end }: RankRange, options: RangeOptions): ScoredMember[] {
  const { isReverse, offset, count } = options;
  if (offset < 0) return [];
  const size = Math.min(Math.max(0, end - start - offset), count < 0 ? Infinity : count);
  if (!isReverse) return set.slice(start + offset, start + offset + size);
  return set.slice(end - offset - size, end - offset).reverse();
}

/** Makes ZRANGE (`null`) and its older kin. */
function range(request: RangeRequest | null) {
  return (session: Session, args: readonly Bytes[]): Reply => {
    const [, key = "", first = "", second = ""] = args;
    const options = rangeOptions(args, request);
    const isSwapped = request?.isSwapped ?? (options.isReverse && options.by !== "RANK");
    const [min, max] = isSwapped ? [second, first] : [first, second];
    if (options.by === "RANK") {
      const rangeFor = rangeArguments(min, max);
      const set = sortedAt(session, key);
      const size = set?.size ?? 0;
      const [start, end] = rangeFor(size);
      const ranks = options.isReverse ? { start: size - end, end: size - start } : { start, end };
      return listScored(set === undefined ? [] : select(set, ranks, options), options.withScores);
    }
    const find = options.by === "SCORE" ? scoreRange(min, max) : lexRange(min, max);
    const set = sortedAt(session, key);
    return listScored(set === undefined ? [] : select(set, find(set), options), options.withScores);
  };
}

function count(rangeFor: (min: Bytes, max: Bytes) => (set: SortedSet) => RankRange) {
  return (session: Session, [, key = "", min = "", max = ""]: readonly Bytes[]): Reply => {
    const find = rangeFor(min, max);
    const set = sortedAt(session, key);
    if (set === undefined) return 0;
    const { start, end } = find(set);
    return end - start;
  };
}

function score(session: Session, [, key = "", member = ""]: readonly Bytes[]): Reply {
  const score = sortedAt(session, key)?.score(member);
  return score === undefined ? null : new Double(score);
}

function scores(session: Session, [, key = "", ...members]: readonly Bytes[]): Reply {
  const set = sortedAt(session, key);
  return members.map((member) => {
    const score = set?.score(member);
    return score === undefined ? null : new Double(score);
  });
}

function size(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return sortedAt(session, key)?.size ?? 0;
}

function rank(isReverse: boolean) {
  return (session: Session, [, key = "", member = ""]: readonly Bytes[]): Reply => {
    const set = sortedAt(session, key);
    const rank = set?.rank(member);
    if (set === undefined || rank === undefined) return null;
    return isReverse ? set.size - 1 - rank : rank;
  };
}

function scan(session: Session, args: readonly Bytes[]): Reply {
  const { cursor, count, pattern } = scanArguments(args, 2);
  const set = sortedAt(session, args[1] ?? "");
  if (set === undefined) return ["0", []];
  const step = session.store.scans.step(set, () => set.members(), cursor, count);
  const found: Bytes[] = [];
  for (const member of step.elements) {
    const score = set.score(member);
    if (score !== undefined && matchGlob(pattern, member)) found.push(member, formatDouble(score));
  }
  return [step.cursor, found];
}

const request = (by: RangeRequest["by"], isReverse: boolean, isSwapped: boolean): RangeRequest => ({
  by,
  isReverse,
  isSwapped,
});

/** The commands. */
export const sortedSetCommands: readonly CommandSpec[] = [
  { name: "ZSCORE", arity: 3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: score },
  { name: "ZMSCORE", arity: -3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: scores },
  { name: "ZCARD", arity: 2, flags: ["readonly", "fast"], keys: [1, 1, 1], run: size },
  {
    name: "ZCOUNT",
    arity: 4,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    run: count(scoreRange),
  },
  {
    name: "ZLEXCOUNT",
    arity: 4,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    run: count(lexRange),
  },
  { name: "ZRANK", arity: 3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: rank(false) },
  { name: "ZREVRANK", arity: 3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: rank(true) },
  { name: "ZRANGE", arity: -4, flags: ["readonly"], keys: [1, 1, 1], run: range(null) },
  {
    name: "ZREVRANGE",
    arity: -4,
    flags: ["readonly"],
    keys: [1, 1, 1],
    run: range(request("RANK", true, false)),
  },
  {
    name: "ZRANGEBYSCORE",
    arity: -4,
    flags: ["readonly"],
    keys: [1, 1, 1],
    run: range(request("SCORE", false, false)),
  },
  {
    name: "ZREVRANGEBYSCORE",
    arity: -4,
    flags: ["readonly"],
    keys: [1, 1, 1],
    run: range(request("SCORE", true, true)),
  },
  {
    name: "ZRANGEBYLEX",
    arity: -4,
    flags: ["readonly"],
    keys: [1, 1, 1],
    run: range(request("LEX", false, false)),
  },
  {
    name: "ZREVRANGEBYLEX",
    arity: -4,
    flags: ["readonly"],
    keys: [1, 1, 1],
    run: range(request("LEX", true, true)),
  },
  { name: "ZSCAN", arity: -3, flags: ["readonly"], keys: [1, 1, 1], run: scan },
];
