/**
 * How many whole jobs the store takes: submit, lease, confirm and complete, a hundred jobs at once.
 * One iteration is a hundred jobs.
 */
import { connectRedis } from "../lib/jobs/ioredis_calls.ts";
import type { RedisCalls } from "../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../lib/jobs/redis_job_store.ts";
import { randomUuid, seededRandom } from "../lib/random.ts";
import { memoryRedisCalls, RedisStore } from "../sim/redis/mod.ts";
import { hasRedisServer, startRedisProcess } from "../test/live/redis_server.ts";

const AT_ONCE = 100;
const random = seededRandom(1);

async function cycle(store: RedisJobStore, agent: string): Promise<void> {
  const id = randomUuid(random);
  await store.submit({
    id,
    chirpUrl: "chirp.example.org:9094",
    inputDir: id,
    inputFiles: ["data.txt", "run.sh"],
    command: "run.sh",
    arguments: "1 2",
    environment: "",
    packages: "",
  });
  const { lease } = await store.lease({
    agent: `${agent}/0123456789abcdef0123456789abcdef`,
    manager: "jm@example.org/generic",
    leaseSeconds: 86_400,
    unacknowledgedSeconds: 600,
  });
  if (lease === undefined) throw new Error("Cannot lease: the queue is empty");
  await store.confirm(lease.job.id, lease.token, 86_400);
  const result = await store.complete({
    id: lease.job.id,
    token: lease.token,
    agent,
    outcome: "succeeded",
    exitCode: 0,
  });
  if (result !== "done") throw new Error(`Cannot complete ${lease.job.id}: ${result}`);
}

/** Registers one bench; what ended is cleared away between the measurements. */
function benchStore(name: string, calls: RedisCalls): void {
  const store = new RedisJobStore(calls);
  Deno.bench(`job store on ${name}: 100 jobs`, {
    group: "job store",
    baseline: name === "redis-server",
    n: 50,
    warmup: 10,
  }, async (bench) => {
    await calls.call(["FLUSHALL"]);
    bench.start();
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) => cycle(store, `agent${index}@example.org`)),
    );
    bench.end();
  });
}

benchStore("sim/redis", memoryRedisCalls(new RedisStore()));

if (hasRedisServer) {
  const server = await startRedisProcess();
  globalThis.addEventListener("unload", () => server[Symbol.dispose]());
  benchStore("redis-server", await connectRedis({ host: server.host, port: server.port }));
}
