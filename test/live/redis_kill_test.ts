/** A server process of sim/redis that is killed while it writes. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import { startRedisServer } from "../../sim/redis/mod.ts";
import { startSimProcess } from "./_sim_process.ts";

const MODULE = new URL("../../sim/redis/mod.ts", import.meta.url).href;
const PROGRAM = `import { startRedisServer } from "${MODULE}";
const server = startRedisServer({ appendOnlyFile: Deno.args[0], fsync: "always" });
console.log(server.port);
await server.closed;`;

Deno.test("a killed server process loses nothing acknowledged", async () => {
  const folder = await Deno.makeTempDir({ prefix: "copilot_kill_" });
  try {
    const file = join(folder, "redis.aof");
    const { process, line } = await startSimProcess(PROGRAM, file);
    const calls = await connectRedis({ host: "127.0.0.1", port: Number(line) });
    const acknowledged: string[] = [];
    const enough = Promise.withResolvers<void>();
    const script = "redis.call('RPUSH', 'list', ARGV[1]) redis.call('HSET', 'hash', ARGV[1], 1)";
    const writing = Array.from({ length: 3000 }, async (_, index) => {
      await calls.call(["EVAL", script, 0, `${index}`]);
      acknowledged.push(`${index}`);
      if (acknowledged.length === 500) enough.resolve();
    });
    await enough.promise;
    process.kill("SIGKILL");
    await Promise.all([process.status, process.stdout.cancel(), Promise.allSettled(writing)]);
    await calls[Symbol.asyncDispose]();

    await using server = startRedisServer({ appendOnlyFile: file });
    const [database] = server.store.databases;
    const list = database?.get("list", "list")?.slice() ?? [];
    assert(acknowledged.length >= 500);
    assertEquals(list.slice(0, acknowledged.length), acknowledged);
    assertEquals([...database?.get("hash", "hash")?.keys() ?? []], list);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
