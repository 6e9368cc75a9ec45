/**
 * What every {@linkcode RedisCalls} does.
 *
 * @module
 */

import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { type RedisCalls, RedisError } from "../../lib/jobs/redis_calls.ts";
import { eventually } from "../_eventually.ts";

/** A Redis without keys that connections can be opened to. */
export interface RedisUnderTest extends AsyncDisposable {
  /** Opens a connection. */
  connect(): Promise<RedisCalls>;
}

type Run = (calls: RedisCalls, connect: () => Promise<RedisCalls>) => Promise<void>;

/**
 * Registers the tests of the seam for one kind of connection.
 *
 * @param kind Name of the kind, put before the tests' names.
 * @param open Gives an empty Redis.
 */
export function redisCallsContract(kind: string, open: () => Promise<RedisUnderTest>): void {
  const test = (behaviour: string, run: Run) =>
    Deno.test(`${kind}: RedisCalls ${behaviour}`, async () => {
      await using redis = await open();
      await using connections = new AsyncDisposableStack();
      const connect = async () => connections.use(await redis.connect());
      await run(await connect(), connect);
    });
  testAnswers(test);
  testErrors(test);
  testConnections(test);
  testScripts(test);
}

type Test = (behaviour: string, run: Run) => void;

function testAnswers(test: Test): void {
  test("gives each type of answer its form", async (calls) => {
    assertEquals(await calls.call(["SET", "text", "value"]), "OK");
    assertEquals(await calls.call(["GET", "text"]), "value");
    assertEquals(await calls.call(["GET", "absent"]), null);
    assertEquals(await calls.call(["RPUSH", "list", "a", "b", 3]), 3);
    assertEquals(await calls.call(["LRANGE", "list", 0, -1]), ["a", "b", "3"]);
    assertEquals(await calls.call(["LPOP", "absent", 2]), null);
    assertEquals(await calls.call(["MGET", "text", "absent"]), ["value", null]);
    assertEquals(await calls.call(["HGETALL", "absent"]), []);
    await calls.call(["HSET", "hash", "field", "1"]);
    assertEquals(await calls.call(["HGETALL", "hash"]), ["field", "1"]);
    await calls.call(["ZADD", "scores", 2.5, "member"]);
    assertEquals(await calls.call(["ZSCORE", "scores", "member"]), "2.5");
    assertEquals(await calls.call(["ZRANGE", "scores", 0, -1, "WITHSCORES"]), ["member", "2.5"]);
  });

  test("carries text of any alphabet and length", async (calls) => {
    for (const text of ["", "Grüße, 世界 🚀", "line\r\nfeed\0nul", "x".repeat(100_000)]) {
      await calls.call(["SET", "ключ", text]);
      assertEquals(await calls.call(["GET", "ключ"]), text);
      assertEquals(await calls.call(["ECHO", text]), text);
    }
  });

  test("answers in the order of the calls", async (calls) => {
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        assertEquals(await calls.call(["INCR", "counter"]), index + 1);
        order.push(index);
      }),
    );
    assertEquals(order, Array.from({ length: 100 }, (_, index) => index));
  });
}

function testErrors(test: Test): void {
  test("rejects with the server's own error, and goes on", async (calls) => {
    await calls.call(["SET", "text", "value"]);
    const failing = calls.call(["LPUSH", "text", "item"]);
    const following = calls.call(["GET", "text"]);
    await assertRejects(
      () => failing,
      RedisError,
      "WRONGTYPE Operation against a key holding the wrong kind of value",
    );
    assertEquals(await following, "value");
    await assertRejects(() => calls.call(["NOSUCH"]), RedisError, "ERR unknown command 'NOSUCH'");
    await assertRejects(() => calls.call(["GET"]), RedisError, "wrong number of arguments");
  });

  test("rejects calls after its end", async (calls) => {
    assert(calls.connected);
    await calls[Symbol.asyncDispose]();
    assertFalse(calls.connected);
    await assertRejects(() => calls.call(["PING"]), RedisError, "PING");
    await calls[Symbol.asyncDispose]();
  });

  test("rejects a call whose answer did not come before its end", async (calls) => {
    const waiting = assertRejects(() => calls.call(["BLPOP", "list", 0]), RedisError, "BLPOP");
    await calls[Symbol.asyncDispose]();
    await waiting;
  });
}

function testConnections(test: Test): void {
  test("shares the data with other connections, not the state", async (calls, connect) => {
    const other = await connect();
    await calls.call(["MULTI"]);
    assertEquals(await calls.call(["SET", "key", "first"]), "QUEUED");
    await other.call(["SET", "key", "second"]);
    assertEquals(await other.call(["GET", "key"]), "second");
    assertEquals(await calls.call(["EXEC"]), ["OK"]);
    assertEquals(await other.call(["GET", "key"]), "first");
  });

  test("gives the text of an error inside a transaction", async (calls) => {
    await calls.call(["MULTI"]);
    await calls.call(["SET", "key", "text"]);
    await calls.call(["INCR", "key"]);
    const error = "ERR value is not an integer or out of range";
    assertEquals(await calls.call(["EXEC"]), ["OK", error]);
  });

  test(
    "breaks a transaction whose watched key another connection changed",
    async (calls, connect) => {
      const other = await connect();
      await calls.call(["WATCH", "key"]);
      await other.call(["SET", "key", "changed"]);
      await calls.call(["MULTI"]);
      await calls.call(["SET", "key", "mine"]);
      assertEquals(await calls.call(["EXEC"]), null);
      assertEquals(await calls.call(["GET", "key"]), "changed");
    },
  );

  test("wakes a waiting connection, and then those calls behind", async (calls, connect) => {
    const other = await connect();
    const popped = calls.call(["BLPOP", "queue", 0]);
    const behind = calls.call(["LLEN", "queue"]);
    // The call waits once the server knows of one blocked client.
    await eventually(
      "a blocked client",
      async () => `${await other.call(["INFO", "clients"])}`.includes("blocked_clients:1"),
    );
    await other.call(["RPUSH", "queue", "first", "second"]);
    assertEquals(await popped, ["queue", "first"]);
    assertEquals(await behind, 1);
  });
}

function testScripts(test: Test): void {
  test("runs scripts by their text and by their SHA-1", async (calls) => {
    const script = "redis.call('SET', KEYS[1], ARGV[1]) return {KEYS[1], 7, false, {ok = 'FINE'}}";
    const answer = ["key", 7, null, "FINE"];
    assertEquals(await calls.call(["EVAL", script, 1, "key", "value"]), answer);
    const sha1 = `${await calls.call(["SCRIPT", "LOAD", script])}`;
    assertEquals(await calls.call(["EVALSHA", sha1, 1, "key", "value"]), answer);
    assertEquals(await calls.call(["SCRIPT", "FLUSH"]), "OK");
    await assertRejects(
      () => calls.call(["EVALSHA", sha1, 1, "key", "value"]),
      RedisError,
      "NOSCRIPT No matching script",
    );
  });

  test("tells of a script's error and keeps what it had done", async (calls) => {
    const script = "redis.call('SET', 'a', 1) return redis.call('LPUSH', 'a', 1)";
    await assertRejects(() => calls.call(["EVAL", script, 0]), RedisError, "WRONGTYPE");
    assertEquals(await calls.call(["GET", "a"]), "1");
  });

  test("computes times in milliseconds exactly in scripts", async (calls) => {
    const script =
      "local s = tonumber(ARGV[1]) return redis.call('INCRBY', KEYS[1], s * 1000 + 250)";
    assertEquals(await calls.call(["EVAL", script, 1, "t", 1_800_000_000]), 1_800_000_000_250);
  });
}
