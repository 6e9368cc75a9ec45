/** Redis' own tools on sim/redis. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startRedisServer } from "../../sim/redis/mod.ts";

function isInstalled(program: string): boolean {
  try {
    return Deno.statSync(`/usr/bin/${program}`).isFile;
  } catch {
    return false;
  }
}

async function run(program: string, args: readonly string[], input = ""): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { stdout, stderr, success } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function test(program: string, behaviour: string, fn: (port: number) => Promise<void>): void {
  const ignore = !isInstalled(program);
  Deno.test({
    name: `${program} ${behaviour}${ignore ? ` (${program} is not installed)` : ""}`,
    ignore,
    fn: async () => {
      await using server = startRedisServer();
      await fn(server.port);
    },
  });
}

test("redis-cli", "talks to startRedisServer() in RESP2 and RESP3", async (port) => {
  const cli = (...args: string[]) => run("redis-cli", ["-p", `${port}`, ...args]);
  assertEquals(await cli("SET", "key", "value"), "OK\n");
  assertEquals(await cli("-3", "HSET", "hash", "f", "1"), "1\n");
  assertEquals(await cli("-3", "--json", "HGETALL", "hash"), '{"f":"1"}\n');
  assertMatch(await cli("INFO", "server"), /redis_version:7/);
  assertMatch(await cli("--scan", "--pattern", "k*"), /^key\n$/);
  assertMatch(await cli("COMMAND", "COUNT"), /^[1-9][0-9]{2}\n$/);
});

test("redis-cli", "--pipe loads a thousand keys", async (port) => {
  const commands = Array.from({ length: 1000 }, (_, index) => `SET key:${index} ${index}\r\n`).join(
    "",
  );
  assertMatch(
    await run("redis-cli", ["-p", `${port}`, "--pipe"], commands),
    /errors: 0, replies: 1000/,
  );
  assertEquals(await run("redis-cli", ["-p", `${port}`, "DBSIZE"]), "1000\n");
});

test("redis-benchmark", "runs its tests", async (port) => {
  const tests =
    "ping_inline,ping_mbulk,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,zpopmin,lrange_100,mset";
  const report = await run("redis-benchmark", [
    ...["-p", `${port}`, "-t", tests, "-n", "2000", "-c", "20", "-P", "4", "--csv"],
  ]);
  const lines = report.trim().split("\n").filter((line) => /^"[^"]+","[0-9]/.test(line));
  assert(lines.length >= 16, report);
});
