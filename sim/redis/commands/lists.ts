/**
 * Commands on lists that answer at once.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { indexOutOfRange, noSuchKey, syntaxError, wrongArity } from "../errors.ts";
import { countArgument, integerArgument } from "../numbers.ts";
import { NULL_ARRAY, OK, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import type { Deque } from "../values/deque.ts";

/** An end of a list. */
export type ListEnd = "LEFT" | "RIGHT";

const takeFrom = (list: Deque, end: ListEnd) => end === "LEFT" ? list.popHead() : list.popTail();

function push(end: ListEnd, mustExist: boolean) {
  return (session: Session, args: readonly Bytes[]): Reply => {
    const key = args[1] ?? "";
    const { database } = session;
    if (mustExist && database.get(key, "list") === undefined) return 0;
    const list = database.open(key, "list");
    for (let index = 2; index < args.length; index++) {
      if (end === "LEFT") list.pushHead(args[index] ?? "");
      else list.pushTail(args[index] ?? "");
    }
    database.changed(key, list.length);
    return list.length;
  };
}

/** Takes one item off a list; `undefined` when the list is empty. */
export function popOne(session: Session, key: Bytes, end: ListEnd): Bytes | undefined {
  const list = session.database.get(key, "list");
  if (list === undefined) return undefined;
  const item = takeFrom(list, end);
  session.database.changed(key, list.length);
  return item;
}

function pop(end: ListEnd) {
  return (session: Session, args: readonly Bytes[]): Reply => {
    const [name = "", key = "", countText] = args;
    if (countText === undefined) return popOne(session, key, end) ?? null;
    if (args.length > 3) throw wrongArity(name);
    const count = countArgument(countText);
    const list = session.database.get(key, "list");
    if (list === undefined) return NULL_ARRAY;
    const items: Bytes[] = [];
    while (items.length < count && list.length > 0) items.push(takeFrom(list, end) ?? "");
    if (items.length > 0) session.database.changed(key, list.length);
    return items;
  };
}

function length(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return session.database.get(key, "list")?.length ?? 0;
}

/**
 * Reads inclusive indices, negative ones from the end.
 *
 * @param from First index.
 * @param to Last index.
 * @returns Turns them into a half-open range for a given length.
 * @throws {RedisError} When one is no integer.
 */
export function rangeArguments(
  from: Bytes,
  to: Bytes,
): (length: number) => [start: number, end: number] {
  const [first, last] = [integerArgument(from), integerArgument(to)];
  return (length) => {
    const start = first < 0 ? Math.max(0, length + first) : first;
    const end = Math.min(last < 0 ? length + last : last, length - 1) + 1;
    return start >= end ? [0, 0] : [start, end];
  };
}

function range(session: Session, [, key = "", from = "", to = ""]: readonly Bytes[]): Reply {
  const rangeFor = rangeArguments(from, to);
  const list = session.database.get(key, "list");
  const [start, end] = rangeFor(list?.length ?? 0);
  return list?.slice(start, end) ?? [];
}

function index(session: Session, [, key = "", at = ""]: readonly Bytes[]): Reply {
  const list = session.database.get(key, "list");
  if (list === undefined) return null;
  const place = integerArgument(at);
  return list.at(place < 0 ? list.length + place : place) ?? null;
}

function set(session: Session, [, key = "", at = "", item = ""]: readonly Bytes[]): Reply {
  const list = session.database.get(key, "list");
  if (list === undefined) throw noSuchKey();
  const place = integerArgument(at);
  const index = place < 0 ? list.length + place : place;
  if (list.at(index) === undefined) throw indexOutOfRange();
  list.set(index, item);
  session.database.changed(key, list.length);
  return OK;
}

function remove(
  session: Session,
  [, key = "", countText = "", item = ""]: readonly Bytes[],
): Reply {
  const count = integerArgument(countText);
  const list = session.database.get(key, "list");
  if (list === undefined) return 0;
  const most = count === 0 ? Infinity : Math.abs(count);
  let removed = 0;
  if (count < 0) {
    for (let at = list.length - 1; at >= 0 && removed < most; at--) {
      if (list.at(at) === item) {
        list.removeAt(at);
        removed++;
      }
    }
  } else {
    for (let at = 0; at < list.length && removed < most;) {
      if (list.at(at) === item) {
        list.removeAt(at);
        removed++;
      } else at++;
    }
  }
  if (removed > 0) session.database.changed(key, list.length);
  return removed;
}

function insert(session: Session, args: readonly Bytes[]): Reply {
  const [, key = "", where = "", pivot = "", item = ""] = args;
  const side = where.toUpperCase();
  if (side !== "BEFORE" && side !== "AFTER") throw syntaxError();
  const list = session.database.get(key, "list");
  if (list === undefined) return 0;
  for (let at = 0; at < list.length; at++) {
    if (list.at(at) !== pivot) continue;
    list.insertAt(side === "BEFORE" ? at : at + 1, item);
    session.database.changed(key, list.length);
    return list.length;
  }
  return -1;
}

function trim(session: Session, [, key = "", from = "", to = ""]: readonly Bytes[]): Reply {
  const rangeFor = rangeArguments(from, to);
  const list = session.database.get(key, "list");
  if (list === undefined) return OK;
  const { length } = list;
  const [start, end] = rangeFor(length);
  for (let excess = length - end; excess > 0; excess--) list.popTail();
  for (let excess = Math.min(start, length); excess > 0; excess--) list.popHead();
  session.database.changed(key, list.length);
  return OK;
}

function rankArgument(text: Bytes): number {
  const rank = integerArgument(text);
  if (rank !== 0) return rank;
  throw new RedisError(
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... " +
      "or use negative to start from the end of the list",
  );
}

function position(session: Session, args: readonly Bytes[]): Reply {
  const [, key = "", item = ""] = args;
  let [rank, count, longest]: [number, number | null, number] = [1, null, 0];
  for (let index = 3; index < args.length; index += 2) {
    const [option, value] = [args[index]?.toUpperCase(), args[index + 1]];
    if (value === undefined) throw syntaxError();
    if (option === "RANK") rank = rankArgument(value);
    else if (option === "COUNT") count = countArgument(value, "ERR COUNT can't be negative");
    else if (option === "MAXLEN") longest = countArgument(value, "ERR MAXLEN can't be negative");
    else throw syntaxError();
  }
  const list = session.database.get(key, "list");
  const found: number[] = [];
  const wanted = count === 0 ? Infinity : count ?? 1;
  const length = list?.length ?? 0;
  let skip = Math.abs(rank) - 1;
  const last = longest === 0 ? length : Math.min(longest, length);
  for (let step = 0; step < last && found.length < wanted; step++) {
    const at = rank > 0 ? step : length - 1 - step;
    if (list?.at(at) === item && skip-- <= 0) found.push(at);
  }
  return count === null ? found[0] ?? null : found;
}

/**
 * Moves an item between lists, or within one.
 *
 * @returns The item, or `undefined` when the source is empty.
 */
export function moveItem(
  session: Session,
  source: Bytes,
  target: Bytes,
  from: ListEnd,
  to: ListEnd,
): Bytes | undefined {
  const { database } = session;
  if (database.get(source, "list") === undefined) return undefined;
  database.get(target, "list");
  const item = popOne(session, source, from) ?? "";
  const list = database.open(target, "list");
  if (to === "LEFT") list.pushHead(item);
  else list.pushTail(item);
  database.changed(target, list.length);
  return item;
}

/** Reads `LEFT` or `RIGHT`. */
export function endArgument(word: Bytes | undefined): ListEnd {
  const end = word?.toUpperCase();
  if (end !== "LEFT" && end !== "RIGHT") throw syntaxError();
  return end;
}

function move(session: Session, [, source = "", target = "", from, to]: readonly Bytes[]): Reply {
  return moveItem(session, source, target, endArgument(from), endArgument(to)) ?? null;
}

function popPush(session: Session, [, source = "", target = ""]: readonly Bytes[]): Reply {
  return moveItem(session, source, target, "RIGHT", "LEFT") ?? null;
}

/** The commands. */
export const listCommands: readonly CommandSpec[] = [
  { name: "LPUSH", arity: -3, flags: ["write", "fast"], keys: [1, 1, 1], run: push("LEFT", false) },
  {
    name: "RPUSH",
    arity: -3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    run: push("RIGHT", false),
  },
  { name: "LPUSHX", arity: -3, flags: ["write", "fast"], keys: [1, 1, 1], run: push("LEFT", true) },
  {
    name: "RPUSHX",
    arity: -3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    run: push("RIGHT", true),
  },
  { name: "LPOP", arity: -2, flags: ["write", "fast"], keys: [1, 1, 1], run: pop("LEFT") },
  { name: "RPOP", arity: -2, flags: ["write", "fast"], keys: [1, 1, 1], run: pop("RIGHT") },
  { name: "LLEN", arity: 2, flags: ["readonly", "fast"], keys: [1, 1, 1], run: length },
  { name: "LRANGE", arity: 4, flags: ["readonly"], keys: [1, 1, 1], run: range },
  { name: "LINDEX", arity: 3, flags: ["readonly"], keys: [1, 1, 1], run: index },
  { name: "LSET", arity: 4, flags: ["write"], keys: [1, 1, 1], run: set },
  { name: "LREM", arity: 4, flags: ["write"], keys: [1, 1, 1], run: remove },
  { name: "LINSERT", arity: 5, flags: ["write"], keys: [1, 1, 1], run: insert },
  { name: "LTRIM", arity: 4, flags: ["write"], keys: [1, 1, 1], run: trim },
  { name: "LPOS", arity: -3, flags: ["readonly"], keys: [1, 1, 1], run: position },
  { name: "LMOVE", arity: 5, flags: ["write"], keys: [1, 2, 1], run: move },
  { name: "RPOPLPUSH", arity: 3, flags: ["write"], keys: [1, 2, 1], run: popPush },
];
