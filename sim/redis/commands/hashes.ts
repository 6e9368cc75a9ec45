/**
 * Commands on hashes.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { randomFraction } from "../../../lib/random.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { addDecimals } from "../decimal.ts";
import { syntaxError, wrongArity } from "../errors.ts";
import { matchGlob } from "../glob.ts";
import { addInt64, doubleArgument, integerArgument, parseInt64 } from "../numbers.ts";
import { OK, Pairs, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { drawIndices } from "./_draw.ts";
import { scanArguments } from "./_scan.ts";

const hashAt = (session: Session, key: Bytes) => session.database.get(key, "hash");

function setFields(session: Session, args: readonly Bytes[]): number {
  if (args.length % 2 !== 0) throw wrongArity(args[0] ?? "");
  const key = args[1] ?? "";
  const hash = session.database.open(key, "hash");
  const before = hash.size;
  for (let index = 2; index < args.length; index += 2) {
    hash.set(args[index] ?? "", args[index + 1] ?? "");
  }
  session.database.changed(key, hash.size);
  return hash.size - before;
}

function setMany(session: Session, args: readonly Bytes[]): Reply {
  setFields(session, args);
  return OK;
}

function setIfAbsent(
  session: Session,
  [, key = "", field = "", value = ""]: readonly Bytes[],
): Reply {
  const hash = session.database.open(key, "hash");
  if (hash.has(field)) return 0;
  hash.set(field, value);
  session.database.changed(key, hash.size);
  return 1;
}

function get(session: Session, [, key = "", field = ""]: readonly Bytes[]): Reply {
  return hashAt(session, key)?.get(field) ?? null;
}

function getMany(session: Session, args: readonly Bytes[]): Reply {
  const hash = hashAt(session, args[1] ?? "");
  const values = new Array<Reply>(args.length - 2);
  for (let index = 2; index < args.length; index++) {
    values[index - 2] = hash?.get(args[index] ?? "") ?? null;
  }
  return values;
}

function getAll(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  const items: Bytes[] = [];
  hashAt(session, key)?.pushAll(items);
  return new Pairs(items);
}

function remove(session: Session, args: readonly Bytes[]): Reply {
  const key = args[1] ?? "";
  const hash = hashAt(session, key);
  if (hash === undefined) return 0;
  let removed = 0;
  for (let index = 2; index < args.length; index++) {
    if (hash.delete(args[index] ?? "")) removed++;
  }
  if (removed > 0) session.database.changed(key, hash.size);
  return removed;
}

function exists(session: Session, [, key = "", field = ""]: readonly Bytes[]): Reply {
  return Number(hashAt(session, key)?.has(field) ?? false);
}

function size(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return hashAt(session, key)?.size ?? 0;
}

function fields(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return [...hashAt(session, key)?.keys() ?? []];
}

function values(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return [...hashAt(session, key)?.values() ?? []];
}

function valueLength(session: Session, [, key = "", field = ""]: readonly Bytes[]): Reply {
  return hashAt(session, key)?.get(field)?.length ?? 0;
}

function increment(session: Session, [, key = "", field = "", text = ""]: readonly Bytes[]): Reply {
  const amount = parseInt64(text);
  if (amount === null) throw new RedisError("ERR value is not an integer or out of range");
  const old = parseInt64(hashAt(session, key)?.get(field) ?? "0");
  if (old === null) throw new RedisError("ERR hash value is not an integer");
  const sum = addInt64(old, amount);
  const hash = session.database.open(key, "hash");
  hash.set(field, `${sum}`);
  session.database.changed(key, hash.size);
  return sum;
}

function incrementFloat(
  session: Session,
  [, key = "", field = "", text = ""]: readonly Bytes[],
): Reply {
  const amount = doubleArgument(text);
  if (!Number.isFinite(amount)) throw new RedisError("ERR value is NaN or Infinity");
  const old = hashAt(session, key)?.get(field) ?? "0";
  doubleArgument(old, "ERR hash value is not a float");
  const value = addDecimals(old, text);
  const hash = session.database.open(key, "hash");
  hash.set(field, value);
  session.database.changed(key, hash.size);
  session.logAs(["HSET", key, field, value]);
  return value;
}

function scan(session: Session, args: readonly Bytes[]): Reply {
  const { cursor, count, pattern } = scanArguments(args, 2);
  const hash = hashAt(session, args[1] ?? "");
  if (hash === undefined) return ["0", []];
  const step = session.store.scans.step(hash, () => hash.keys(), cursor, count);
  const found: Bytes[] = [];
  for (const field of step.elements) {
    const value = hash.get(field);
    if (value !== undefined && matchGlob(pattern, field)) found.push(field, value);
  }
  return [step.cursor, found];
}

function randomField(session: Session, args: readonly Bytes[]): Reply {
  const [, key = "", countText, option] = args;
  const entries = [...hashAt(session, key) ?? []];
  if (countText === undefined) {
    return entries[Math.floor(randomFraction(session.store.random) * entries.length)]?.[0] ?? null;
  }
  const withValues = option?.toUpperCase() === "WITHVALUES";
  if (args.length > 4 || (option !== undefined && !withValues)) throw syntaxError();
  const drawn = drawIndices(session.store.random, entries.length, integerArgument(countText))
    .map((index) => entries[index] ?? ["", ""]);
  if (!withValues) return drawn.map(([field]) => field);
  return session.protocol === 3 ? drawn : drawn.flat();
}

/** The commands. */
export const hashCommands: readonly CommandSpec[] = [
  { name: "HSET", arity: -4, flags: ["write", "fast"], keys: [1, 1, 1], run: setFields },
  { name: "HMSET", arity: -4, flags: ["write", "fast"], keys: [1, 1, 1], run: setMany },
  { name: "HSETNX", arity: 4, flags: ["write", "fast"], keys: [1, 1, 1], run: setIfAbsent },
  { name: "HGET", arity: 3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: get },
  { name: "HMGET", arity: -3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: getMany },
  { name: "HGETALL", arity: 2, flags: ["readonly"], keys: [1, 1, 1], run: getAll },
  { name: "HDEL", arity: -3, flags: ["write", "fast"], keys: [1, 1, 1], run: remove },
  { name: "HEXISTS", arity: 3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: exists },
  { name: "HLEN", arity: 2, flags: ["readonly", "fast"], keys: [1, 1, 1], run: size },
  { name: "HKEYS", arity: 2, flags: ["readonly"], keys: [1, 1, 1], run: fields },
  { name: "HVALS", arity: 2, flags: ["readonly"], keys: [1, 1, 1], run: values },
  { name: "HSTRLEN", arity: 3, flags: ["readonly", "fast"], keys: [1, 1, 1], run: valueLength },
  { name: "HINCRBY", arity: 4, flags: ["write", "fast"], keys: [1, 1, 1], run: increment },
  {
    name: "HINCRBYFLOAT",
    arity: 4,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    run: incrementFloat,
  },
  { name: "HSCAN", arity: -3, flags: ["readonly"], keys: [1, 1, 1], run: scan },
  { name: "HRANDFIELD", arity: -2, flags: ["readonly"], keys: [1, 1, 1], run: randomField },
];
