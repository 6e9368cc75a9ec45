import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";
import { jobStoreContract } from "../../contract/job_store.ts";

jobStoreContract("sim/redis", () => {
  const store = new RedisStore();
  return Promise.resolve({
    connect: () => Promise.resolve(memoryRedisCalls(store)),
    [Symbol.asyncDispose]: () => Promise.resolve(store[Symbol.dispose]()),
  });
});
