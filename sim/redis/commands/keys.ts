/**
 * Commands on keys of any type.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { randomFraction } from "../../../lib/random.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { cloneValue, type Entry } from "../database.ts";
import { noSuchKey, syntaxError, unknownSubcommand } from "../errors.ts";
import { matchGlob } from "../glob.ts";
import { integerArgument, parseInt64 } from "../numbers.ts";
import { OK, type Reply, Status } from "../reply.ts";
import type { Session } from "../session.ts";
import { invalidExpiry, isBeyondTime } from "./_expiry.ts";
import { scanArguments } from "./_scan.ts";

function remove(session: Session, [, ...keys]: readonly Bytes[]): Reply {
  return keys.reduce((count, key) => count + Number(session.database.remove(key)), 0);
}

function exists(session: Session, [, ...keys]: readonly Bytes[]): Reply {
  return keys.filter((key) => session.database.find(key) !== undefined).length;
}

function type(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  return new Status(session.database.find(key)?.kind ?? "none");
}

function keys(session: Session, [, pattern = "*"]: readonly Bytes[]): Reply {
  const { database } = session;
  return [...database.entries.keys()]
    .filter((key) => matchGlob(pattern, key) && database.find(key) !== undefined);
}

function scan(session: Session, args: readonly Bytes[]): Reply {
  const { database, store } = session;
  const { cursor, count, pattern, type } = scanArguments(args, 1, true);
  const step = store.scans.step(database.entries, () => database.entries.keys(), cursor, count);
  const found = step.elements.filter((key) => {
    if (!matchGlob(pattern, key)) return false;
    const entry = database.find(key);
    return entry !== undefined && (type === null || entry.kind === type);
  });
  return [step.cursor, found];
}

/** Makes one of EXPIRE, PEXPIRE, EXPIREAT and PEXPIREAT. */
function expire(unitMs: 1 | 1000, isAbsolute: boolean) {
  return (session: Session, args: readonly Bytes[]): Reply => {
    const [name = "", key = "", time = "", ...conditions] = args;
    const { database, store } = session;
    const value = integerArgument(time) * unitMs;
    const atMs = isAbsolute ? value : value + store.nowMs;
    if (isBeyondTime(value) || isBeyondTime(atMs)) throw invalidExpiry(name.toLowerCase());
    const allows = expiryCondition(conditions);
    const entry = database.find(key);
    if (entry === undefined || !allows(entry.expiresAtMs, atMs)) return 0;
    if (atMs <= store.nowMs) {
      database.remove(key);
      session.logAs(["DEL", key]);
    } else {
      database.expire(key, atMs);
      session.logAs(["PEXPIREAT", key, `${atMs}`]);
    }
    return 1;
  };
}

function expiryCondition(words: readonly Bytes[]): (oldMs: number, newMs: number) => boolean {
  const options = new Set(words.map((word) => word.toUpperCase()));
  for (const option of options) {
    if (!["NX", "XX", "GT", "LT"].includes(option)) {
      throw new RedisError(
        `ERR Unsupported option ${words.find((word) => word.toUpperCase() === option)}`,
      );
    }
  }
  if (options.has("NX") && options.size > 1) {
    throw new RedisError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (options.has("GT") && options.has("LT")) {
    throw new RedisError("ERR GT and LT options at the same time are not compatible");
  }
  return (oldMs, newMs) =>
    !(options.has("NX") && oldMs !== 0) && !(options.has("XX") && oldMs === 0) &&
    !(options.has("GT") && (oldMs === 0 || newMs <= oldMs)) &&
    !(options.has("LT") && oldMs !== 0 && newMs >= oldMs);
}

/** Makes one of TTL, PTTL, EXPIRETIME and PEXPIRETIME. */
function expiry(answer: (atMs: number, nowMs: number) => number) {
  return (session: Session, [, key = ""]: readonly Bytes[]): Reply => {
    const entry = session.database.find(key);
    if (entry === undefined) return -2;
    return entry.expiresAtMs === 0 ? -1 : answer(entry.expiresAtMs, session.store.nowMs);
  };
}

function persist(session: Session, [, key = ""]: readonly Bytes[]): Reply {
  const { database } = session;
  const entry = database.find(key);
  if (entry === undefined || entry.expiresAtMs === 0) return 0;
  database.expire(key, 0);
  return 1;
}

function rename(session: Session, [, from = "", to = ""]: readonly Bytes[]): Reply {
  const { database } = session;
  const entry = database.find(from);
  if (entry === undefined) throw noSuchKey();
  if (from === to) return OK;
  database.remove(from);
  database.put(to, entry.kind, entry.value, entry.expiresAtMs);
  return OK;
}

function renameIfAbsent(session: Session, args: readonly Bytes[]): Reply {
  const [, from = "", to = ""] = args;
  if (session.database.find(from) === undefined) throw noSuchKey();
  if (session.database.find(to) !== undefined) return 0;
  rename(session, args);
  return 1;
}

function copy(session: Session, args: readonly Bytes[]): Reply {
  const [, from = "", to = ""] = args;
  let target = session.database;
  let replace = false;
  for (let index = 3; index < args.length; index++) {
    const option = args[index]?.toUpperCase();
    if (option === "REPLACE") replace = true;
    else if (option === "DB" && index + 1 < args.length) {
      const database = session.store.database(integerArgument(args[++index] ?? ""));
      if (database === undefined) throw new RedisError("ERR DB index is out of range");
      target = database;
    } else throw syntaxError();
  }
  if (target === session.database && from === to) {
    throw new RedisError("ERR source and destination objects are the same");
  }
  const entry = session.database.find(from);
  if (entry === undefined || (target.find(to) !== undefined && !replace)) return 0;
  target.put(to, entry.kind, cloneValue(entry), entry.expiresAtMs);
  return 1;
}

function randomKey(session: Session): Reply {
  const { database, store } = session;
  while (database.size > 0) {
    let skipped = Math.floor(randomFraction(store.random) * database.size);
    for (const key of database.entries.keys()) {
      if (skipped-- > 0) continue;
      if (database.find(key) !== undefined) return key;
      break;
    }
  }
  return null;
}

/** The encoding that Redis would choose by its default limits. */
function encoding({ kind, value }: Entry): Bytes {
  if (typeof value === "string") {
    if (value.length <= 20 && parseInt64(value) !== null) return "int";
    return value.length <= 44 ? "embstr" : "raw";
  }
  if (kind === "list") return "quicklist";
  const size = "size" in value ? value.size : value.length;
  const elements = "keys" in value
    ? [...value].flat()
    : "members" in value
    ? [...value.members()]
    : value;
  const isSmall = size <= 128 &&
    [...elements as Iterable<Bytes>].every((item) => item.length <= 64);
  if (kind === "hash") return isSmall ? "listpack" : "hashtable";
  if (kind === "zset") return isSmall ? "listpack" : "skiplist";
  const isInts = size <= 512 &&
    [...elements as Iterable<Bytes>].every((item) => parseInt64(item) !== null);
  return isInts ? "intset" : "hashtable";
}

function object(session: Session, args: readonly Bytes[]): Reply {
  const [, subcommand = "", key = ""] = args;
  const entry = session.database.find(key);
  switch (args.length === 3 ? subcommand.toUpperCase() : "") {
    case "ENCODING":
      return entry === undefined ? null : encoding(entry);
    case "REFCOUNT":
      return entry === undefined ? null : 1;
    case "IDLETIME":
      return entry === undefined ? null : 0;
    default:
      throw unknownSubcommand("OBJECT", subcommand);
  }
}

/** The commands. */
export const keyCommands: readonly CommandSpec[] = [
  { name: "DEL", arity: -2, flags: ["write"], keys: [1, -1, 1], run: remove },
  { name: "UNLINK", arity: -2, flags: ["write", "fast"], keys: [1, -1, 1], run: remove },
  { name: "EXISTS", arity: -2, flags: ["readonly", "fast"], keys: [1, -1, 1], run: exists },
  { name: "TOUCH", arity: -2, flags: ["readonly", "fast"], keys: [1, -1, 1], run: exists },
  { name: "TYPE", arity: 2, flags: ["readonly", "fast"], keys: [1, 1, 1], run: type },
  { name: "KEYS", arity: 2, flags: ["readonly"], run: keys },
  { name: "SCAN", arity: -2, flags: ["readonly"], run: scan },
  {
    name: "EXPIRE",
    arity: -3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    run: expire(1000, false),
  },
  { name: "PEXPIRE", arity: -3, flags: ["write", "fast"], keys: [1, 1, 1], run: expire(1, false) },
  {
    name: "EXPIREAT",
    arity: -3,
    flags: ["write", "fast"],
    keys: [1, 1, 1],
    run: expire(1000, true),
  },
  { name: "PEXPIREAT", arity: -3, flags: ["write", "fast"], keys: [1, 1, 1], run: expire(1, true) },
  {
    name: "TTL",
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    run: expiry((atMs, nowMs) => Math.floor((atMs - nowMs + 500) / 1000)),
  },
  {
    name: "PTTL",
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    run: expiry((atMs, nowMs) => atMs - nowMs),
  },
  {
    name: "EXPIRETIME",
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    run: expiry((atMs) => Math.floor((atMs + 500) / 1000)),
  },
  {
    name: "PEXPIRETIME",
    arity: 2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    run: expiry((atMs) => atMs),
  },
  { name: "PERSIST", arity: 2, flags: ["write", "fast"], keys: [1, 1, 1], run: persist },
  { name: "RENAME", arity: 3, flags: ["write"], keys: [1, 2, 1], run: rename },
  { name: "RENAMENX", arity: 3, flags: ["write", "fast"], keys: [1, 2, 1], run: renameIfAbsent },
  { name: "COPY", arity: -3, flags: ["write"], keys: [1, 2, 1], run: copy },
  { name: "RANDOMKEY", arity: 1, flags: ["readonly"], run: randomKey },
  { name: "OBJECT", arity: -2, flags: ["readonly"], keys: [2, 2, 1], run: object },
];
