/**
 * Random commands of every family, for comparison with redis-server.
 *
 * @module
 */

import fc from "fast-check";

/** Few names, so that commands meet each other's keys. */
const key = fc.constantFrom("k1", "k2", "k3", "k4", "ключ");
const member = fc.constantFrom("a", "b", "c", "ab", "", "7", "-3", "1.5", "x y", "\u00e4");
const index = fc.constantFrom("0", "1", "2", "-1", "-2", "5", "-9", "x", "1.5");
const count = fc.constantFrom("0", "1", "2", "3", "-1", "-2", "9", "y");
const score = fc.constantFrom("0", "1", "2", "2.5", "-1", "1e3", "inf", "-inf", "0.1", "nan", "z");
const bound = fc.constantFrom("-inf", "+inf", "0", "1", "(1", "(2.5", "2", "bad");
const lexBound = fc.constantFrom("-", "+", "[a", "(a", "[b", "(c", "a");
const side = fc.constantFrom("LEFT", "RIGHT", "left", "UP");
const integer = fc.constantFrom(
  "1",
  "5",
  "-3",
  "9223372036854775807",
  "0",
  "1.5",
  "q",
  "-9223372036854775808",
);
const real = fc.constantFrom("1.5", "-0.25", "3", "1e2", "abc", "inf");
const glob = fc.constantFrom("*", "a*", "?", "[ab]*", "k*", "nothing", "\\*");

type Word = fc.Arbitrary<string> | string;
type Words = fc.Arbitrary<string[]>;

const fixed = (...words: Word[]): Words =>
  fc.tuple(...words.map((word) => typeof word === "string" ? fc.constant(word) : word));
const join = (...parts: Words[]): Words => fc.tuple(...parts).map((lists) => lists.flat());
const some = (word: Words, minLength: number, maxLength: number): Words =>
  fc.array(word, { minLength, maxLength }).map((lists) => lists.flat());
const maybe = (...options: Words[]): Words => fc.oneof(fc.constant<string[]>([]), ...options);
const names = (...list: string[]): fc.Arbitrary<string> => fc.constantFrom(...list);
const one = (word: fc.Arbitrary<string>): Words => fixed(word);

const strings: Words[] = [
  fixed(names("GET", "STRLEN", "INCR", "DECR", "GETDEL", "get"), key),
  join(fixed("SET", key, member), some(one(names("NX", "XX", "GET", "KEEPTTL", "bad")), 0, 2)),
  fixed(
    "SET",
    key,
    member,
    names("EX", "PX", "EXAT", "PXAT"),
    names("100000", "0", "-1", "4000000000000"),
  ),
  fixed(names("SETNX", "GETSET", "APPEND"), key, member),
  fixed(names("SETEX", "PSETEX"), key, names("100000", "0", "x"), member),
  join(fixed("MGET"), some(one(key), 1, 3)),
  join(fixed(names("MSET", "MSETNX")), some(fixed(key, member), 1, 3)),
  fixed(names("INCRBY", "DECRBY"), key, integer),
  fixed("INCRBYFLOAT", key, real),
  fixed(names("GETRANGE", "SUBSTR"), key, index, index),
  fixed("SETRANGE", key, names("0", "2", "5", "-1"), member),
  join(
    fixed("GETEX", key),
    maybe(fixed("PERSIST"), fixed("EX", "100000"), fixed("PXAT", "1"), fixed("bad")),
  ),
];

const keys: Words[] = [
  join(fixed(names("DEL", "UNLINK", "EXISTS", "TOUCH")), some(one(key), 1, 3)),
  fixed(names("TYPE", "TTL", "EXPIRETIME", "PERSIST"), key),
  fixed(names("EXPIRE", "PEXPIRE"), key, names("100000000", "-1", "0", "x")),
  fixed(names("EXPIREAT"), key, names("4000000000", "1", "x"), names("NX", "XX", "GT", "LT")),
  fixed(names("RENAME", "RENAMENX"), key, key),
  join(fixed("COPY", key, key), maybe(fixed("REPLACE"), fixed("DB", "1"), fixed("bad"))),
  fixed("DBSIZE"),
  fixed("SELECT", names("0", "0", "0", "1", "16", "x")),
];

const lists: Words[] = [
  join(fixed(names("LPUSH", "RPUSH", "LPUSHX", "RPUSHX"), key), some(one(member), 1, 4)),
  join(fixed(names("LPOP", "RPOP"), key), maybe(one(count))),
  fixed("LLEN", key),
  fixed(names("LRANGE", "LTRIM"), key, index, index),
  fixed("LINDEX", key, index),
  fixed("LSET", key, index, member),
  fixed("LREM", key, count, member),
  fixed("LINSERT", key, names("BEFORE", "AFTER", "bad"), member, member),
  join(
    fixed("LPOS", key, member),
    some(fixed(names("RANK", "COUNT", "MAXLEN"), names("0", "1", "2", "-1")), 0, 2),
  ),
  fixed("LMOVE", key, key, side, side),
  fixed("RPOPLPUSH", key, key),
];

const hashes: Words[] = [
  join(fixed(names("HSET", "HMSET"), key), some(fixed(member, member), 1, 3)),
  fixed("HSETNX", key, member, member),
  fixed(names("HGET", "HEXISTS", "HSTRLEN"), key, member),
  join(fixed(names("HMGET", "HDEL"), key), some(one(member), 1, 3)),
  fixed(names("HGETALL", "HLEN", "HKEYS", "HVALS"), key),
  fixed("HINCRBY", key, member, integer),
  fixed("HINCRBYFLOAT", key, member, real),
];

const sets: Words[] = [
  join(fixed(names("SADD", "SREM", "SMISMEMBER"), key), some(one(member), 1, 4)),
  fixed(names("SMEMBERS", "SCARD"), key),
  fixed("SISMEMBER", key, member),
  fixed("SMOVE", key, key, member),
  join(fixed(names("SINTER", "SUNION", "SDIFF")), some(one(key), 1, 3)),
  join(fixed(names("SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"), key), some(one(key), 1, 3)),
  fixed("SINTERCARD", "2", key, key),
];

const range = fixed(names("ZRANGE"), key);
const sortedSets: Words[] = [
  join(
    fixed("ZADD", key),
    some(one(names("NX", "XX", "GT", "LT", "CH", "INCR")), 0, 2),
    some(fixed(score, member), 1, 3),
  ),
  join(fixed("ZADD", key), some(fixed("0", member), 1, 4)),
  join(fixed(names("ZREM", "ZMSCORE"), key), some(one(member), 1, 3)),
  fixed(names("ZSCORE", "ZRANK", "ZREVRANK"), key, member),
  fixed("ZINCRBY", key, score, member),
  fixed("ZCARD", key),
  fixed(names("ZCOUNT", "ZREMRANGEBYSCORE"), key, bound, bound),
  fixed(names("ZLEXCOUNT", "ZRANGEBYLEX", "ZREVRANGEBYLEX"), key, lexBound, lexBound),
  join(range, fixed(index, index), some(one(names("REV", "WITHSCORES")), 0, 2)),
  join(
    range,
    fixed(bound, bound, "BYSCORE"),
    maybe(fixed("REV"), fixed("LIMIT", index, count), fixed("WITHSCORES")),
  ),
  join(
    range,
    fixed(lexBound, lexBound, "BYLEX"),
    maybe(fixed("REV"), fixed("LIMIT", index, count)),
  ),
  join(fixed("ZREVRANGE", key, index, index), maybe(fixed("WITHSCORES"))),
  join(
    fixed(names("ZRANGEBYSCORE", "ZREVRANGEBYSCORE"), key, bound, bound),
    maybe(fixed("WITHSCORES"), fixed("LIMIT", index, count)),
  ),
  join(fixed(names("ZPOPMIN", "ZPOPMAX"), key), maybe(one(count))),
  fixed("ZREMRANGEBYRANK", key, index, index),
];

const others: Words[] = [
  fixed(names("MULTI", "EXEC", "DISCARD", "UNWATCH")),
  fixed("WATCH", key),
  join(fixed("PING"), maybe(one(member))),
  fixed("ECHO", member),
  fixed("NOSUCH", member),
  fixed("PUBLISH", member, member),
  fixed("SSCAN", key, "0", "MATCH", glob, "COUNT", "1000"),
  fixed("EVAL", "return redis.call('GET', KEYS[1])", "1", key),
  fixed("EVAL", "return {redis.call('TYPE', KEYS[1]), #ARGV, ARGV[1]}", "1", key, member),
  fixed(
    "EVAL",
    "redis.call('RPUSH', KEYS[1], ARGV[1]) return redis.pcall('LLEN', KEYS[2])",
    "2",
    key,
    key,
    member,
  ),
];

/** A command of any family. */
export const anyCommand: fc.Arbitrary<string[]> = fc.oneof(
  ...[strings, keys, lists, hashes, sets, sortedSets, others].map((family) => fc.oneof(...family)),
);

/** Commands whose answers have no order that Redis promises. */
export const UNORDERED: ReadonlySet<string> = new Set([
  "SMEMBERS",
  "SINTER",
  "SUNION",
  "SDIFF",
  "SSCAN",
  "HGETALL",
  "HKEYS",
  "HVALS",
]);
