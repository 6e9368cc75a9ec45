import { assertEquals } from "@std/assert";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";
import { redisCallsContract } from "../../contract/redis_calls.ts";

redisCallsContract("memoryRedisCalls()", () => {
  const store = new RedisStore();
  return Promise.resolve({
    connect: () => Promise.resolve(memoryRedisCalls(store)),
    [Symbol.asyncDispose]: () => Promise.resolve(store[Symbol.dispose]()),
  });
});

Deno.test("memoryRedisCalls() takes effect at once and answers by a microtask", async () => {
  using store = new RedisStore();
  await using calls = memoryRedisCalls(store);
  let isAnswered = false;
  const answer = calls.call(["SET", "key", "value"]).then(() => isAnswered = true);
  assertEquals(store.databases[0]?.get("key", "string"), "value");
  assertEquals(isAnswered, false);
  await answer;
});
