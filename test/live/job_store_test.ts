/** The job store on Debian's redis-server. */
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import { jobStoreContract } from "../contract/job_store.ts";
import { hasRedisServer, type RedisServerProcess, startRedisProcess } from "./redis_server.ts";

let server: RedisServerProcess;

if (hasRedisServer) {
  Deno.test.beforeAll(async () => {
    server = await startRedisProcess();
  });
  Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

  jobStoreContract("redis-server", async () => {
    const open: RedisCalls[] = [];
    const connect = async () => {
      const calls = await connectRedis({ host: server.host, port: server.port });
      open.push(calls);
      return calls;
    };
    const calls = await connect();
    await calls.call(["FLUSHALL"]);
    return {
      connect,
      [Symbol.asyncDispose]: async () => {
        for (const calls of open) await calls[Symbol.asyncDispose]();
      },
    };
  });
} else {
  Deno.test({ name: "RedisJobStore (redis-server is not installed)", ignore: true, fn: () => {} });
}
