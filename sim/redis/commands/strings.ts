/**
 * Commands on strings.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { addDecimals } from "../decimal.ts";
import { syntaxError } from "../errors.ts";
import { addInt64, doubleArgument, integerArgument, parseInt64 } from "../numbers.ts";
import { OK, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { expiryArgument } from "./_expiry.ts";

/** Longest value, as in Redis: 512 MiB. */
const LONGEST_VALUE_BYTES = 512 * 1024 * 1024;

function get(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return session.database.get(key, "string") ?? null;
}

interface SetOptions {
  condition: "NX" | "XX" | null;
  get: boolean;
  keepTtl: boolean;
  expiresAtMs: number;
}

function setOptions(session: Session, args: readonly Bytes[]): SetOptions {
  const options: SetOptions = { condition: null, get: false, keepTtl: false, expiresAtMs: 0 };
  for (let index = 3; index < args.length; index++) {
    const option = (args[index] ?? "").toUpperCase();
    if ((option === "NX" || option === "XX") && (options.condition ?? option) === option) {
      options.condition = option;
    } else if (option === "GET") options.get = true;
    else if (option === "KEEPTTL" && options.expiresAtMs === 0) options.keepTtl = true;
    else if (/^[EP]X(?:AT)?$/.test(option) && !options.keepTtl && options.expiresAtMs === 0) {
      const time = args[++index];
      if (time === undefined) throw syntaxError();
      options.expiresAtMs = expiryArgument(session, option, time, "set");
    } else throw syntaxError();
  }
  return options;
}

function set(session: Session, args: readonly Bytes[]): Reply {
  const [, key = "", value = ""] = args;
  const { database } = session;
  if (args.length === 3) {
    database.put(key, "string", value);
    return OK;
  }
  const options = setOptions(session, args);
  const old = options.get ? database.get(key, "string") ?? null : null;
  const entry = database.find(key);
  const isRefused = options.condition === (entry === undefined ? "XX" : "NX");
  if (isRefused) return options.get ? old : null;
  const expiresAtMs = options.keepTtl ? entry?.expiresAtMs ?? 0 : options.expiresAtMs;
  database.put(key, "string", value, expiresAtMs);
  session.logAs(setWords(key, value, expiresAtMs));
  return options.get ? old : OK;
}

function setWords(key: Bytes, value: Bytes, expiresAtMs: number): Bytes[] {
  const words = ["SET", key, value];
  return expiresAtMs === 0 ? words : [...words, "PXAT", `${expiresAtMs}`];
}

function setWithExpiry(unit: "EX" | "PX") {
  return (
    session: Session,
    [name = "", key = "", time = "", value = ""]: readonly Bytes[],
  ): Reply => {
    const expiresAtMs = expiryArgument(session, unit, time, name.toLowerCase());
    session.database.put(key, "string", value, expiresAtMs);
    session.logAs(setWords(key, value, expiresAtMs));
    return OK;
  };
}

function setIfAbsent(session: Session, [, key = "", value = ""]: readonly Bytes[]): Reply {
  if (session.database.find(key) !== undefined) return 0;
  session.database.put(key, "string", value);
  return 1;
}

function getMany(session: Session, [, ...keys]: readonly Bytes[]): Reply {
  return keys.map((key) => {
    const entry = session.database.find(key);
    return entry !== undefined && typeof entry.value === "string" ? entry.value : null;
  });
}

function setMany(session: Session, args: readonly Bytes[]): Reply {
  if (args.length % 2 === 0) {
    throw new RedisError(
      `ERR wrong number of arguments for '${(args[0] ?? "").toLowerCase()}' command`,
    );
  }
  for (let index = 1; index < args.length; index += 2) {
    session.database.put(args[index] ?? "", "string", args[index + 1] ?? "");
  }
  return OK;
}

function setManyIfAbsent(session: Session, args: readonly Bytes[]): Reply {
  for (let index = 1; index < args.length; index += 2) {
    if (args.length % 2 === 1 && session.database.find(args[index] ?? "") !== undefined) return 0;
  }
  setMany(session, args);
  return 1;
}

function getSet(session: Session, [, key = "", value = ""]: readonly Bytes[]): Reply {
  const old = session.database.get(key, "string") ?? null;
  session.database.put(key, "string", value);
  session.logAs(["SET", key, value]);
  return old;
}

function getDelete(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  const old = session.database.get(key, "string") ?? null;
  if (old !== null) session.database.remove(key);
  session.logAs(["DEL", key]);
  return old;
}

function getExpire(session: Session, args: readonly Bytes[]): Reply {
  const [, key = "", optionText, time] = args;
  const option = optionText?.toUpperCase();
  const { database } = session;
  const isPersist = option === "PERSIST" && args.length === 3;
  if (option !== undefined && !isPersist && !(/^[EP]X(?:AT)?$/.test(option) && args.length === 4)) {
    throw syntaxError();
  }
  const value = database.get(key, "string");
  if (value === undefined) return null;
  if (option === undefined) return value;
  if (isPersist) {
    if (database.find(key)?.expiresAtMs !== 0) database.expire(key, 0);
    session.logAs(["PERSIST", key]);
    return value;
  }
  const expiresAtMs = expiryArgument(session, option, time ?? "", "getex");
  if (expiresAtMs <= session.store.nowMs) {
    database.remove(key);
    session.logAs(["DEL", key]);
  } else {
    database.expire(key, expiresAtMs);
    session.logAs(["PEXPIREAT", key, `${expiresAtMs}`]);
  }
  return value;
}

function append(session: Session, [, key = "", suffix = ""]: readonly Bytes[]): Reply {
  const value = (session.database.get(key, "string") ?? "") + suffix;
  checkLength(value.length);
  session.database.putString(key, value);
  return value.length;
}

function length(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return session.database.get(key, "string")?.length ?? 0;
}

function addInteger(session: Session, key: Bytes, amount: bigint): Reply {
  const old = parseInt64(session.database.get(key, "string") ?? "0");
  if (old === null) throw new RedisError("ERR value is not an integer or out of range");
  const sum = addInt64(old, amount);
  session.database.putString(key, `${sum}`);
  return sum;
}

function incrementBy(sign: 1n | -1n) {
  return (session: Session, [, key = "", text = "1"]: readonly Bytes[]): Reply => {
    const amount = parseInt64(text);
    if (amount === null) throw new RedisError("ERR value is not an integer or out of range");
    if (sign === -1n && amount === -(2n ** 63n)) {
      throw new RedisError("ERR decrement would overflow");
    }
    return addInteger(session, key, sign * amount);
  };
}

function incrementByFloat(session: Session, [, key = "", text = ""]: readonly Bytes[]): Reply {
  const old = session.database.get(key, "string") ?? "0";
  doubleArgument(old);
  doubleArgument(text);
  const value = addDecimals(old, text);
  session.database.putString(key, value);
  session.logAs(["SET", key, value, "KEEPTTL"]);
  return value;
}

function getRange(session: Session, [, key = "", from = "", to = ""]: readonly Bytes[]): Reply {
  const [start, end] = [integerArgument(from), integerArgument(to)];
  const value = session.database.get(key, "string") ?? "";
  const fix = (index: number) => index < 0 ? Math.max(0, value.length + index) : index;
  if (start < 0 && end < 0 && start > end) return "";
  return value.slice(fix(start), Math.min(fix(end), value.length - 1) + 1);
}

function setRange(session: Session, [, key = "", at = "", part = ""]: readonly Bytes[]): Reply {
  const offset = integerArgument(at);
  if (offset < 0) throw new RedisError("ERR offset is out of range");
  const old = session.database.get(key, "string") ?? "";
  if (part === "") return old.length;
  checkLength(offset + part.length);
  const value = old.slice(0, offset).padEnd(offset, "\0") + part + old.slice(offset + part.length);
  session.database.putString(key, value);
  return value.length;
}

function checkLength(lengthBytes: number): void {
  if (lengthBytes > LONGEST_VALUE_BYTES) {
    throw new RedisError("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  }
}

/** The commands. */
export const stringCommands: readonly CommandSpec[] = [
  { name: "GET", arity: 2, flags: ["readonly", "fast"], keys: [1, 1, 1], run: get },
  { name: "SET", arity: -3, flags: ["write"], keys: [1, 1, 1], run: set },
  { name: "SETNX", arity: 3, flags: ["write", "fast"], keys: [1, 1, 1], run: setIfAbsent },
  { name: "SETEX", arity: 4, flags: ["write"], keys: [1, 1, 1], run: setWithExpiry("EX") },
  { name: "PSETEX", arity: 4, flags: ["write"], keys: [1, 1, 1], run: setWithExpiry("PX") },
  { name: "MGET", arity: -2, flags: ["readonly", "fast"], keys: [1, -1, 1], run: getMany },
  { name: "MSET", arity: -3, flags: ["write"], keys: [1, -1, 2], run: setMany },
  { name: "MSETNX", arity: -3, flags: ["write"], keys: [1, -1, 2], run: setManyIfAbsent },
  { name: "GETSET", arity: 3, flags: ["write", "fast"], keys: [1, 1, 1], run: getSet },
  { name: "GETDEL", arity: 2, flags: ["write", "fast"], keys: [1, 1, 1], run: getDelete },
  { name: "GETEX", arity: -2, flags: ["write", "fast"], keys: [1, 1, 1], run: getExpire },
  { name: "APPEND", arity: 3, flags: ["write", "fast"], keys: [1, 1, 1], run: append },
  { name: "STRLEN", arity: 2, flags: ["readonly", "fast"], keys: [1, 1, 1], run: length },
  { name: "INCR", arity: 2, flags: ["write", "fast"], keys: [1, 1, 1], run: incrementBy(1n) },
  { name: "DECR", arity: 2, flags: ["write", "fast"], keys: [1, 1, 1], run: incrementBy(-1n) },
  { name: "INCRBY", arity: 3, flags: ["write", "fast"], keys: [1, 1, 1], run: incrementBy(1n) },
  { name: "DECRBY", arity: 3, flags: ["write", "fast"], keys: [1, 1, 1], run: incrementBy(-1n) },
  {
    name: "INCRBYFLOAT",
    arity: 3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    run: incrementByFloat,
  },
  { name: "GETRANGE", arity: 4, flags: ["readonly"], keys: [1, 1, 1], run: getRange },
  { name: "SUBSTR", arity: 4, flags: ["readonly"], keys: [1, 1, 1], run: getRange },
  { name: "SETRANGE", arity: 4, flags: ["write"], keys: [1, 1, 1], run: setRange },
];
