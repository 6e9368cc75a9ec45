/**
 * Commands that change sorted sets.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { syntaxError } from "../errors.ts";
import { countArgument, doubleArgument } from "../numbers.ts";
import { Double, type Reply, Scored } from "../reply.ts";
import type { Session } from "../session.ts";
import type { SortedSet } from "../values/sorted_set.ts";
import { lexRange, type RankRange, scoreRange } from "./_score_range.ts";
import { rangeArguments } from "./lists.ts";

const ADD_OPTIONS = ["NX", "XX", "GT", "LT", "CH", "INCR"];
const STARTS_LIKE_OPTION = /^[a-z]/i;

function addOptions(args: readonly Bytes[]): { options: Set<Bytes>; first: number } {
  const options = new Set<Bytes>();
  let first = 2;
  for (; first < args.length; first++) {
    const option = args[first]?.toUpperCase() ?? "";
    if (!ADD_OPTIONS.includes(option)) break;
    options.add(option);
  }
  const pairs = args.length - first;
  if (pairs === 0 || pairs % 2 !== 0) throw syntaxError();
  if (options.has("NX") && options.has("XX")) {
    throw new RedisError("ERR XX and NX options at the same time are not compatible");
  }
  if (
    (options.has("GT") && options.has("LT")) ||
    (options.has("NX") && (options.has("GT") || options.has("LT")))
  ) {
    throw new RedisError("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
  if (options.has("INCR") && pairs > 2) {
    throw new RedisError("ERR INCR option supports a single increment-element pair");
  }
  return { options, first };
}

/** What becomes of a member's score; `undefined` when the options forbid the change. */
function newScore(options: Set<Bytes>, old: number | undefined, given: number): number | undefined {
  if (options.has(old === undefined ? "XX" : "NX")) return undefined;
  const score = options.has("INCR") ? (old ?? 0) + given : given;
  if (Number.isNaN(score)) throw new RedisError("ERR resulting score is not a number (NaN)");
  if (old !== undefined && options.has("GT") && score <= old) return undefined;
  if (old !== undefined && options.has("LT") && score >= old) return undefined;
  return score;
}

/** Adds one member without options, which is what most callers do. */
function addOne({ database }: Session, key: Bytes, given: Bytes, member: Bytes): Reply {
  const score = doubleArgument(given);
  const set = database.open(key, "zset");
  const old = set.score(member);
  if (old === score) return 0;
  set.set(member, score);
  database.changed(key, set.size);
  return old === undefined ? 1 : 0;
}

function add(session: Session, args: readonly Bytes[]): Reply {
  const key = args[1] ?? "";
  const score = args[2] ?? "";
  const member = args[3] ?? "";
  if (args.length === 4 && !STARTS_LIKE_OPTION.test(score)) {
    return addOne(session, key, score, member);
  }
  const { options, first } = addOptions(args);
  const scores: number[] = [];
  for (let index = first; index < args.length; index += 2) {
    scores.push(doubleArgument(args[index] ?? ""));
  }
  const { database } = session;
  const existing = database.get(key, "zset");
  const set = existing ?? (options.has("XX") ? undefined : database.open(key, "zset"));
  let [added, updated]: [number, number] = [0, 0];
  let latest: number | undefined;
  scores.forEach((given, index) => {
    const member = args[first + 2 * index + 1] ?? "";
    const old = set?.score(member);
    latest = set && newScore(options, old, given);
    if (set === undefined || latest === undefined) return;
    if (old === undefined) added++;
    else if (old !== latest) updated++;
    set.set(member, latest);
  });
  if (set !== undefined && added + updated > 0) database.changed(key, set.size);
  if (set?.size === 0) database.remove(key);
  if (options.has("INCR")) return latest === undefined ? null : new Double(latest);
  return options.has("CH") ? added + updated : added;
}

function increment(
  session: Session,
  [, key = "", amount = "", member = ""]: readonly Bytes[],
): Reply {
  const given = doubleArgument(amount);
  const old = session.database.get(key, "zset")?.score(member) ?? 0;
  const score = old + given;
  if (Number.isNaN(score)) throw new RedisError("ERR resulting score is not a number (NaN)");
  const set = session.database.open(key, "zset");
  set.set(member, score);
  session.database.changed(key, set.size);
  return new Double(score);
}

function remove(session: Session, args: readonly Bytes[]): Reply {
  const key = args[1] ?? "";
  const set = session.database.get(key, "zset");
  if (set === undefined) return 0;
  let removed = 0;
  for (let index = 2; index < args.length; index++) {
    if (set.delete(args[index] ?? "")) removed++;
  }
  if (removed > 0) session.database.changed(key, set.size);
  return removed;
}

/** Takes the lowest or highest members off a sorted set: member, score, member, score … */
export function popScored(
  session: Session,
  key: Bytes,
  end: "MIN" | "MAX",
  count: number,
): Reply[] {
  const set = session.database.get(key, "zset");
  if (set === undefined || count === 0) return [];
  const { size } = set;
  const popped = end === "MIN"
    ? set.slice(0, count)
    : set.slice(Math.max(0, size - count), size).reverse();
  for (const { member } of popped) set.delete(member);
  session.database.changed(key, set.size);
  return popped.flatMap(({ member, score }) => [member, new Double(score)]);
}

function pop(end: "MIN" | "MAX") {
  return (session: Session, args: readonly Bytes[]): Reply => {
    const [, key = "", countText] = args;
    if (args.length > 3) throw syntaxError();
    if (countText === undefined) return popScored(session, key, end, 1);
    return new Scored(popScored(session, key, end, countArgument(countText)));
  };
}

function removeRange(rangeFor: (min: Bytes, max: Bytes) => (set: SortedSet) => RankRange) {
  return (session: Session, [, key = "", min = "", max = ""]: readonly Bytes[]): Reply => {
    const find = rangeFor(min, max);
    const set = session.database.get(key, "zset");
    if (set === undefined) return 0;
    const { start, end } = find(set);
    const members = set.slice(start, end);
    for (const { member } of members) set.delete(member);
    if (members.length > 0) session.database.changed(key, set.size);
    return members.length;
  };
}

const rankRange = (from: Bytes, to: Bytes) => {
  const rangeFor = rangeArguments(from, to);
  return (set: SortedSet): RankRange => {
    const [start, end] = rangeFor(set.size);
    return { start, end };
  };
};

/** The commands. */
export const sortedSetWrites: readonly CommandSpec[] = [
  { name: "ZADD", arity: -4, flags: ["write", "fast"], keys: [1, 1, 1], run: add },
  { name: "ZINCRBY", arity: 4, flags: ["write", "fast"], keys: [1, 1, 1], run: increment },
  { name: "ZREM", arity: -3, flags: ["write", "fast"], keys: [1, 1, 1], run: remove },
  { name: "ZPOPMIN", arity: -2, flags: ["write", "fast"], keys: [1, 1, 1], run: pop("MIN") },
  { name: "ZPOPMAX", arity: -2, flags: ["write", "fast"], keys: [1, 1, 1], run: pop("MAX") },
  {
    name: "ZREMRANGEBYSCORE",
    arity: 4,
    flags: ["write"],
    keys: [1, 1, 1],
    run: removeRange(scoreRange),
  },
  {
    name: "ZREMRANGEBYRANK",
    arity: 4,
    flags: ["write"],
    keys: [1, 1, 1],
    run: removeRange(rankRange),
  },
  {
    name: "ZREMRANGEBYLEX",
    arity: 4,
    flags: ["write"],
    keys: [1, 1, 1],
    run: removeRange(lexRange),
  },
];
