/**
 * How many whole jobs the store takes: submit, lease, confirm and complete, a hundred jobs at once.
 *
 * @module
 */
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import { randomUuid, seededRandom } from "../../lib/random.ts";
import { memoryRedisCalls, RedisStore } from "../../sim/redis/mod.ts";
import { hasRedisServer, startRedisProcess } from "../../test/live/redis_server.ts";
import { inRounds, type Run } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

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

/** A run of many jobs; what ended is cleared away before. */
function jobsPerSecond(calls: RedisCalls, mode: "quick" | "full"): Run {
  const store = new RedisJobStore(calls);
  const batches = mode === "quick" ? 10 : 50;
  return async () => {
    await calls.call(["FLUSHALL"]);
    const startMs = performance.now();
    for (let batch = 0; batch < batches; batch++) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) => cycle(store, `agent${index}@example.org`)),
      );
    }
    return batches * AT_ONCE * 1000 / (performance.now() - startMs);
  };
}

async function measure({ runs, mode, signal }: BenchContext): Promise<readonly Row[]> {
  const ours = jobsPerSecond(memoryRedisCalls(new RedisStore()), mode);
  const row = {
    what: "job store: submit, lease, confirm, complete",
    unit: "jobs/s",
    better: "more",
  } as const;
  const name = "redis-server";
  if (!hasRedisServer) {
    const { ours: samples } = await inRounds(runs, { ours }, signal);
    return [{ ...row, ours: samples, peers: [{ name, samples: [], skipped: "not installed" }] }];
  }
  await using server = await startRedisProcess();
  await using calls = await connectRedis({ host: server.host, port: server.port });
  const samples = await inRounds(runs, { ours, theirs: jobsPerSecond(calls, mode) }, signal);
  return [{ ...row, ours: samples.ours, peers: [{ name, samples: samples.theirs }] }];
}

/** The job store on both kinds of Redis. */
export const jobStore: Bench = {
  name: "job_store",
  about: "whole jobs through the store, on sim/redis in this process and on redis-server",
  measure,
};
