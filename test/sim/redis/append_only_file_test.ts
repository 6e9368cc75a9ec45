import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { AppendOnlyFile } from "../../../sim/redis/append_only_file.ts";
import { connectRedis } from "../../../lib/jobs/ioredis_calls.ts";
import { memoryRedisCalls, RedisStore, startRedisServer } from "../../../sim/redis/mod.ts";

const FIXTURE: readonly string[] = [
  "SET text value",
  "SET expiring value EX 1000",
  "RPUSH list a b c",
  "HSET hash f 1 g 2",
  "SADD set m n",
  "ZADD zset 1.5 m 2 n",
  "SPOP set",
  "INCRBYFLOAT float 0.1",
  "SELECT 3",
  "SET elsewhere value",
  "SELECT 0",
];

/** Everything under a store's keys, comparable. */
const dump = (store: RedisStore) =>
  store.databases.map((database) =>
    [...database.copyEntries()].map(([key, { kind, value, expiresAtMs }]) => {
      const items = typeof value === "string"
        ? value
        : "slice" in value && "length" in value
        ? value.slice()
        : [...value];
      return { key, kind, items, expiresAtMs };
    }).sort((left, right) => left.key < right.key ? -1 : 1)
  );

async function withFile(run: (path: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_aof_" });
  try {
    await run(join(folder, "redis.aof"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fill(store: RedisStore): Promise<void> {
  await using calls = memoryRedisCalls(store);
  for (const command of FIXTURE) await calls.call(command.split(" "));
  await calls.call(["EVAL", "redis.call('SET', 'a', 1) redis.call('LPUSH', 'list', 'z')", 0]);
}

function replayed(path: string): RedisStore {
  const store = new RedisStore();
  new AppendOnlyFile(store, { path }).close(false);
  store[Symbol.dispose]();
  return store;
}

Deno.test("AppendOnlyFile gives the same data after a restart", () =>
  withFile(async (path) => {
    using store = new RedisStore();
    const file = new AppendOnlyFile(store, { path, fsync: "no" });
    await fill(store);
    file.close(true);
    assertEquals(dump(replayed(path)), dump(store));
  }));

Deno.test("AppendOnlyFile gives the same data after a rewrite and writes behind it", () =>
  withFile(async (path) => {
    using store = new RedisStore();
    const file = new AppendOnlyFile(store, { path, fsync: "no" });
    await fill(store);
    for (let index = 0; index < 500; index++) {
      await memoryRedisCalls(store).call(["INCR", "counter"]);
    }
    file.flush();
    const before = file.sizeBytes;
    file.rewrite();
    assert(file.sizeBytes < before / 10);
    await fill(store);
    file.close(true);
    assertEquals(dump(replayed(path)), dump(store));
  }));

Deno.test("AppendOnlyFile rewrites itself when it has grown", () =>
  withFile(async (path) => {
    using store = new RedisStore();
    await using calls = memoryRedisCalls(store);
    const file = new AppendOnlyFile(store, { path, fsync: "no", rewriteMinBytes: 1000 });
    for (let index = 0; index < 1000; index++) {
      await calls.call(["SET", "key", index]);
      file.flush();
    }
    assert(file.sizeBytes < 2500);
    file.close(true);
    assertEquals(dump(replayed(path)), dump(store));
  }));

Deno.test("AppendOnlyFile drops what is cut off at the end, wherever it is cut", () =>
  withFile(async (path) => {
    using store = new RedisStore();
    const file = new AppendOnlyFile(store, { path, fsync: "no" });
    await fill(store);
    file.close(true);
    const whole = await Deno.readFile(path);
    let previous = 0;
    for (let length = whole.length; length >= 0; length -= 3) {
      await Deno.writeFile(path, whole.subarray(0, length));
      const part = replayed(path);
      const kept = (await Deno.stat(path)).size;
      assert(kept <= length);
      // What was kept is whole: replaying it again drops nothing and gives the same data.
      assertEquals(dump(replayed(path)), dump(part));
      assertEquals((await Deno.stat(path)).size, kept);
      if (length < whole.length) assert(kept <= previous);
      previous = kept;
    }
  }));

Deno.test("AppendOnlyFile never keeps half of a script's writes", () =>
  withFile(async (path) => {
    using store = new RedisStore();
    const file = new AppendOnlyFile(store, { path, fsync: "no" });
    await memoryRedisCalls(store).call([
      "EVAL",
      "redis.call('SET', 'a', 1) redis.call('SET', 'b', 1)",
      0,
    ]);
    file.close(true);
    const whole = await Deno.readFile(path);
    for (let length = 0; length < whole.length; length++) {
      await Deno.writeFile(path, whole.subarray(0, length));
      assertEquals(replayed(path).databases[0]?.size, 0);
    }
  }));

Deno.test("AppendOnlyFile refuses a file that is none", () =>
  withFile(async (path) => {
    await Deno.writeTextFile(path, "*1\r\n$6\r\nNOSUCH\r\n");
    assertThrows(() => replayed(path), Error, `Cannot replay the append-only file ${path}`);
  }));

Deno.test("startRedisServer() loses nothing acknowledged when it is killed", () =>
  withFile(async (path) => {
    const server = startRedisServer({ appendOnlyFile: path, fsync: "always" });
    await using calls = await connectRedis({ host: server.hostname, port: server.port });
    const acknowledged = new Set<string>();
    const writing = Array.from({ length: 200 }, async (_, index) => {
      await calls.call(["SADD", "set", `${index}`]).then(
        () => acknowledged.add(`${index}`),
        () => {},
      );
    });
    await writing[20];
    await server.kill();
    await Promise.all(writing);
    assert(acknowledged.size > 0);
    const set = replayed(path).databases[0]?.get("set", "set");
    assertEquals([...acknowledged].filter((member) => !set?.has(member)), []);
  }));
