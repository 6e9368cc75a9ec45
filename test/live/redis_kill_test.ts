/** A server process of sim/redis that is killed while it writes. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import { startRedisServer } from "../../sim/redis/mod.ts";

const MODULE = new URL("../../sim/redis/mod.ts", import.meta.url).href;
const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));
const PROGRAM = `import { startRedisServer } from "${MODULE}";
const server = startRedisServer({ appendOnlyFile: Deno.args[0], fsync: "always" });
console.log(server.port);
await server.closed;`;

/** Starts a server in a process of its own, and waits for its port. */
async function startProcess(file: string) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", `--config=${CONFIG}`, "-", file],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(PROGRAM));
  await writer.close();
  const reader = process.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return { process, port: Number(new TextDecoder().decode(value)) };
}

Deno.test("a killed server process loses nothing acknowledged", async () => {
  const folder = await Deno.makeTempDir({ prefix: "copilot_kill_" });
  try {
    const file = join(folder, "redis.aof");
    const { process, port } = await startProcess(file);
    const calls = await connectRedis({ host: "127.0.0.1", port });
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
