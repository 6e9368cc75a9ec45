/**
 * Commands on sets.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { randomFraction } from "../../../lib/random.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { syntaxError, wrongArity } from "../errors.ts";
import { matchGlob } from "../glob.ts";
import { countArgument, integerArgument } from "../numbers.ts";
import { Members, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { MemberSet } from "../values/member_set.ts";
import { drawIndices } from "./_draw.ts";
import { scanArguments } from "./_scan.ts";

const setAt = (session: Session, key: Bytes) => session.database.get(key, "set");

function add(session: Session, args: readonly Bytes[]): Reply {
  const key = args[1] ?? "";
  const set = session.database.open(key, "set");
  const before = set.size;
  for (let index = 2; index < args.length; index++) set.add(args[index] ?? "");
  if (set.size > before) session.database.changed(key, set.size);
  return set.size - before;
}

function remove(session: Session, [, key = "", ...members]: readonly Bytes[]): Reply {
  const set = setAt(session, key);
  if (set === undefined) return 0;
  const removed = members.reduce((count, member) => count + Number(set.delete(member)), 0);
  if (removed > 0) session.database.changed(key, set.size);
  return removed;
}

function members(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return new Members([...setAt(session, key) ?? []]);
}

function isMember(session: Session, [, key = "", member = ""]: readonly Bytes[]): Reply {
  return Number(setAt(session, key)?.has(member) ?? false);
}

function areMembers(session: Session, [, key = "", ...members]: readonly Bytes[]): Reply {
  const set = setAt(session, key);
  return members.map((member) => Number(set?.has(member) ?? false));
}

function size(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return setAt(session, key)?.size ?? 0;
}

function draw(session: Session, set: MemberSet, count: number): Bytes[] {
  const members = [...set];
  return drawIndices(session.store.random, set.size, count).map((index) => members[index] ?? "");
}

function pop(session: Session, args: readonly Bytes[]): Reply {
  const [, key = "", countText] = args;
  if (args.length > 3) throw syntaxError();
  const count = countText === undefined ? 1 : countArgument(countText);
  const set = setAt(session, key);
  if (set === undefined) return countText === undefined ? null : new Members([]);
  const single = count === 1 ? set.pick(randomFraction(session.store.random)) : undefined;
  const popped = single === undefined ? draw(session, set, count) : [single];
  for (const member of popped) set.delete(member);
  if (popped.length > 0) session.database.changed(key, set.size);
  session.logAs(["SREM", key, ...popped]);
  return countText === undefined ? popped[0] ?? null : new Members(popped);
}

function randomMember(session: Session, args: readonly Bytes[]): Reply {
  const [, key = "", countText] = args;
  if (args.length > 3) throw syntaxError();
  const set = setAt(session, key);
  if (countText === undefined) return set?.pick(randomFraction(session.store.random)) ?? null;
  const count = integerArgument(countText);
  return set === undefined ? [] : draw(session, set, count);
}

function move(session: Session, [, from = "", to = "", member = ""]: readonly Bytes[]): Reply {
  const { database } = session;
  const source = setAt(session, from);
  if (source === undefined) return 0;
  const target = setAt(session, to);
  if (!source.has(member)) return 0;
  if (source === target) return 1;
  source.delete(member);
  database.changed(from, source.size);
  const set = database.open(to, "set");
  set.add(member);
  database.changed(to, set.size);
  return 1;
}

type Combine = (sets: readonly (MemberSet | undefined)[]) => MemberSet;

const intersection: Combine = (sets) => {
  const [smallest, ...others] = [...sets].sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
  return new MemberSet(
    [...smallest ?? []].filter((member) => others.every((set) => set?.has(member))),
  );
};
const union: Combine = (sets) => new MemberSet(sets.flatMap((set) => [...set ?? []]));
const difference: Combine = ([first, ...others]) =>
  new MemberSet([...first ?? []].filter((member) => !others.some((set) => set?.has(member))));

function combined(combine: Combine) {
  return (session: Session, [, ...keys]: readonly Bytes[]): Reply =>
    new Members([...combine(keys.map((key) => setAt(session, key)))]);
}

function storedCombination(combine: Combine) {
  return (session: Session, [, target = "", ...keys]: readonly Bytes[]): Reply => {
    const set = combine(keys.map((key) => setAt(session, key)));
    if (set.size === 0) session.database.remove(target);
    else session.database.put(target, "set", set);
    return set.size;
  };
}

function intersectionSize(session: Session, args: readonly Bytes[]): Reply {
  const count = countArgument(args[1] ?? "", "ERR numkeys should be greater than 0");
  if (count === 0) throw new RedisError("ERR numkeys should be greater than 0");
  if (count > args.length - 2) {
    throw new RedisError("ERR Number of keys can't be greater than number of args");
  }
  const rest = args.slice(2 + count);
  if (rest.length !== 0 && (rest.length !== 2 || rest[0]?.toUpperCase() !== "LIMIT")) {
    throw syntaxError();
  }
  const limit = countArgument(rest[1] ?? "0", "ERR LIMIT can't be negative");
  const { size } = intersection(args.slice(2, 2 + count).map((key) => setAt(session, key)));
  return limit === 0 ? size : Math.min(size, limit);
}

function scan(session: Session, args: readonly Bytes[]): Reply {
  if (args.length < 3) throw wrongArity("sscan");
  const { cursor, count, pattern } = scanArguments(args, 2);
  const set = setAt(session, args[1] ?? "");
  if (set === undefined) return ["0", []];
  const step = session.store.scans.step(set, () => set[Symbol.iterator](), cursor, count);
  return [step.cursor, step.elements.filter((member) => matchGlob(pattern, member))];
}

/** The commands. */
export const setCommands: readonly CommandSpec[] = [
  { name: "SADD", arity: -3, flags: ["write", "fast"], keys: [1, 1, 1], run: add },
  { name: "SREM", arity: -3, flags: ["write", "fast"], keys: [1, 1, 1], run: remove },
  { name: "SMEMBERS", arity: 2, flags: ["readonly"], keys: [1, 1, 1], run: members },
  { name: "SISMEMBER", arity: 3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: isMember },
  { name: "SMISMEMBER", arity: -3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: areMembers },
  { name: "SCARD", arity: 2, flags: ["readonly", "fast"], keys: [1, 1, 1], run: size },
  { name: "SPOP", arity: -2, flags: ["write", "fast"], keys: [1, 1, 1], run: pop },
  { name: "SRANDMEMBER", arity: -2, flags: ["readonly"], keys: [1, 1, 1], run: randomMember },
  { name: "SMOVE", arity: 4, flags: ["write", "fast"], keys: [1, 2, 1], run: move },
  { name: "SINTER", arity: -2, flags: ["readonly"], keys: [1, -1, 1], run: combined(intersection) },
  { name: "SUNION", arity: -2, flags: ["readonly"], keys: [1, -1, 1], run: combined(union) },
  { name: "SDIFF", arity: -2, flags: ["readonly"], keys: [1, -1, 1], run: combined(difference) },
  { name: "SINTERCARD", arity: -3, flags: ["readonly"], run: intersectionSize },
  {
    name: "SINTERSTORE",
    arity: -3,
    flags: ["write"],
    keys: [1, -1, 1],
    run: storedCombination(intersection),
  },
  {
    name: "SUNIONSTORE",
    arity: -3,
    flags: ["write"],
    keys: [1, -1, 1],
    run: storedCombination(union),
  },
  {
    name: "SDIFFSTORE",
    arity: -3,
    flags: ["write"],
    keys: [1, -1, 1],
    run: storedCombination(difference),
  },
  { name: "SSCAN", arity: -3, flags: ["readonly"], keys: [1, 1, 1], run: scan },
];
