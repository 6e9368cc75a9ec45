/** The seam `RedisCalls` on Debian's redis-server. */
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import { redisCallsContract } from "../contract/redis_calls.ts";
import { hasRedisServer, startRedisProcess } from "./redis_server.ts";

if (hasRedisServer) {
  redisCallsContract("redis-server", async () => {
    const server = await startRedisProcess();
    return {
      connect: () => connectRedis({ host: server.host, port: server.port }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });
} else {
  Deno.test({ name: "RedisCalls (redis-server is not installed)", ignore: true, fn: () => {} });
}
