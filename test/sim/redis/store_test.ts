import { assertEquals } from "@std/assert";
import type { Clock, Timer } from "../../../lib/clock.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";

/** A clock that moves by hand. */
class HandClock implements Clock {
  #nowMs = 1_000_000;
  readonly #timers = new Set<{ atMs: number; callback: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  get pending(): number {
    return this.#timers.size;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const timer of [...this.#timers].filter(({ atMs }) => atMs <= this.#nowMs)) {
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

function open() {
  const clock = new HandClock();
  const store = new RedisStore({ clock });
  const log: string[] = [];
  store.onWrite((writes) => log.push(writes.map(({ command }) => command.join(" ")).join("; ")));
  return { clock, store, log, calls: memoryRedisCalls(store) };
}

Deno.test("RedisStore removes expired keys when they are looked for", async () => {
  const { clock, store, calls } = open();
  using _store = store;
  await calls.call(["SET", "key", "value", "PX", 50]);
  clock.advance(49);
  assertEquals(await calls.call(["GET", "key"]), "value");
  clock.advance(1);
  assertEquals(await calls.call(["GET", "key"]), null);
});

Deno.test("RedisStore removes expired keys that nobody looks for, and then rests", async () => {
  const { clock, store, log, calls } = open();
  await calls.call(["SET", "key", "value", "PX", 500]);
  await calls.call(["SET", "other", "value", "PX", 200]);
  clock.advance(250);
  assertEquals(store.databases[0]?.size, 1);
  clock.advance(300);
  assertEquals(store.databases[0]?.size, 0);
  assertEquals(clock.pending, 0);
  assertEquals(log.slice(-2), ["DEL other", "DEL key"]);
});

Deno.test("RedisStore forgets deadlines that were put off", async () => {
  const { clock, store, calls } = open();
  await calls.call(["SET", "key", "value"]);
  for (let renewal = 0; renewal < 1000; renewal++) {
    await calls.call(["PEXPIRE", "key", 10_000]);
    clock.advance(10);
  }
  assertEquals(store.databases[0]?.size, 1);
  clock.advance(10_000);
  clock.advance(10_000);
  assertEquals(store.databases[0]?.size, 0);
});

Deno.test("RedisStore takes its timer back when it is disposed of", async () => {
  const { clock, store, calls } = open();
  await calls.call(["SET", "key", "value", "EX", 100]);
  assertEquals(clock.pending, 1);
  store[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});

const LOGGED: readonly (readonly [readonly string[], string])[] = [
  [["SET", "k", "v", "EX", "10"], "SET k v PXAT 1010000"],
  [["SETEX", "k", "10", "v"], "SET k v PXAT 1010000"],
  [["EXPIRE", "list", "10"], "PEXPIREAT list 1010000"],
  [["EXPIRE", "list", "-1"], "DEL list"],
  [["INCRBYFLOAT", "n", "0.5"], "SET n 0.5 KEEPTTL"],
  [["GETDEL", "s"], "DEL s"],
  [["BLPOP", "list", "0"], "LPOP list"],
  [["SPOP", "set"], "SREM set m"],
  [["LPUSH", "list", "a", "b"], "LPUSH list a b"],
];
for (const [command, expected] of LOGGED) {
  Deno.test(`RedisStore logs ${command.join(" ")} as ${expected}`, async () => {
    const { store, log, calls } = open();
    using _store = store;
    for (const setup of ["RPUSH list x y", "SET s v", "SADD set m"]) {
      await calls.call(setup.split(" "));
    }
    log.length = 0;
    await calls.call(command);
    assertEquals(log, [expected]);
  });
}

Deno.test("RedisStore logs nothing that had no effect", async () => {
  const { log, calls } = open();
  for (
    const command of [
      "DEL a",
      "LPOP a",
      "SETNX a b",
      "SETNX a b",
      "EXPIRE b 1",
      "PERSIST a",
      "GET a",
    ]
  ) {
    await calls.call(command.split(" "));
  }
  assertEquals(log, ["SETNX a b"]);
});

Deno.test("RedisStore logs a transaction and a script as one group each", async () => {
  const { log, calls } = open();
  await calls.call(["MULTI"]);
  await calls.call(["SET", "a", 1]);
  await calls.call(["INCR", "a"]);
  await calls.call(["EXEC"]);
  await calls.call([
    "EVAL",
    "redis.call('SET', 'b', 1) redis.call('GET', 'b') redis.call('INCR', 'b')",
    0,
  ]);
  assertEquals(log, ["SET a 1; INCR a", "SET b 1; INCR b"]);
});

Deno.test("RedisStore goes back to a snapshot as often as wanted", async () => {
  const { store, calls } = open();
  using _store = store;
  await calls.call(["RPUSH", "list", "a", "b"]);
  await calls.call(["HSET", "hash", "f", "v"]);
  await calls.call(["ZADD", "zset", 1, "m"]);
  await calls.call(["SADD", "set", "m"]);
  await calls.call(["SET", "text", "v", "EX", 100]);
  const snapshot = store.snapshot();
  for (let round = 0; round < 2; round++) {
    await calls.call(["RPUSH", "list", "c"]);
    await calls.call(["HSET", "hash", "f", "changed"]);
    await calls.call(["ZADD", "zset", 5, "m", 6, "n"]);
    await calls.call(["SREM", "set", "m"]);
    await calls.call(["DEL", "text"]);
    store.restore(snapshot);
    assertEquals(await calls.call(["LRANGE", "list", 0, -1]), ["a", "b"]);
    assertEquals(await calls.call(["HGETALL", "hash"]), ["f", "v"]);
    assertEquals(await calls.call(["ZRANGE", "zset", 0, -1, "WITHSCORES"]), ["m", "1"]);
    assertEquals(await calls.call(["SMEMBERS", "set"]), ["m"]);
    assertEquals(await calls.call(["TTL", "text"]), 100);
  }
});

Deno.test("RedisStore scans every key that stays, while others come and go", async () => {
  const { calls } = open();
  for (let index = 0; index < 500; index++) await calls.call(["SET", `stays:${index}`, 1]);
  const seen = new Set<string>();
  let cursor = "0";
  let step = 0;
  do {
    const answer = await calls.call(["SCAN", cursor, "MATCH", "stays:*", "COUNT", 7]);
    const [next, keys] = answer as [string, string[]];
    for (const key of keys) seen.add(key);
    await calls.call(["SET", `comes:${step++}`, 1]);
    await calls.call(["DEL", `comes:${step - 5}`]);
    cursor = next;
  } while (cursor !== "0" && step < 1000);
  assertEquals(seen.size, 500);
});
