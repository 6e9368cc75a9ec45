/** Random commands, answered by sim/redis and by Debian's redis-server. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import { type RedisCalls, RedisError, type RedisReply } from "../../lib/jobs/redis_calls.ts";
import { memoryRedisCalls, RedisStore } from "../../sim/redis/mod.ts";
import { anyCommand, UNORDERED } from "./redis_commands.ts";
import { hasRedisServer, startRedisProcess } from "./redis_server.ts";

const SEQUENCES = 400;

/** A reply in a form that does not depend on the order of sets and hashes. */
function comparable(command: readonly string[], reply: RedisReply): unknown {
  if (!UNORDERED.has(command[0] ?? "") || !Array.isArray(reply)) return reply;
  return JSON.stringify(reply).split(/[[\],]/).sort();
}

async function answer(calls: RedisCalls, command: readonly string[]): Promise<unknown> {
  try {
    return comparable(command, await calls.call(command));
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    return error.message;
  }
}

async function runBoth(ours: RedisCalls, theirs: RedisCalls, commands: readonly string[][]) {
  const history: string[] = [];
  for (const command of commands) {
    history.push(JSON.stringify(command));
    const [actual, expected] = await Promise.all([answer(ours, command), answer(theirs, command)]);
    // Answers inside a transaction come in EXEC, where sets have no order either.
    if (command[0] === "EXEC") {
      assertEquals(
        JSON.stringify(actual).split(/[[\],]/).sort(),
        JSON.stringify(expected).split(/[[\],]/).sort(),
      );
    } else assertEquals(actual, expected, history.slice(-12).join("\n"));
  }
}

Deno.test({
  name: "sim/redis answers as redis-server does" +
    (hasRedisServer ? "" : " (redis-server is not installed)"),
  ignore: !hasRedisServer,
  fn: async () => {
    await using server = await startRedisProcess();
    await using theirs = await connectRedis({ host: server.host, port: server.port });
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { minLength: 5, maxLength: 60 }), async (commands) => {
        await theirs.call(["RESET"]);
        await theirs.call(["FLUSHALL"]);
        using store = new RedisStore();
        await using ours = memoryRedisCalls(store);
        await runBoth(ours, theirs, commands);
      }),
      { numRuns: SEQUENCES },
    );
  },
});
