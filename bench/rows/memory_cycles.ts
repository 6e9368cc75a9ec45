/**
 * How many whole jobs one manager hands out and takes in when nothing leaves the process: the real role on
 * the simulated Redis and the simulated XMPP server, all on one core.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import { silentLogger } from "../../lib/log.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { memoryRedisCalls, RedisStore } from "../../sim/redis/mod.ts";
import { NO_DISK } from "../../sim/world/disk.ts";
import { Broker, memoryLink } from "../../sim/xmpp/mod.ts";
import { Asker } from "../cycles/asker.ts";
import { inRounds, type Run } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";
import { quantile } from "../statistics.ts";

const MANAGER = "jobmanager@bench";
const ASKERS = 200;
/** Cycles a second that it must reach. */
const FLOOR = 5000;

async function submit(store: RedisJobStore, run: number, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    await store.submit({
      id: `job-${run}-${number}`,
      chirpUrl: "chirp.bench:9094",
      inputDir: "",
      inputFiles: [],
      command: "run.sh",
      arguments: "1 2",
      environment: "",
      packages: "",
    });
  }
}

/** A site whose askers do as many jobs as one run takes; what has ended is cleared away before the next. */
async function openSite(jobs: number) {
  const broker = new Broker({ domain: "bench", autoRegister: true, presence: "self" });
  const calls = memoryRedisCalls(new RedisStore());
  const store = new RedisJobStore(calls);
  const stop = new AbortController();
  const manager = new JobManager({
    link: memoryLink(broker, { user: "jobmanager", resource: "m1" }),
    store,
    chirpFolder: NO_DISK,
    chirpAddress: "chirp.bench:9094",
    log: silentLogger,
  });
  const running = manager.run(stop.signal);
  let left = 0;
  let done = Promise.withResolvers<void>();
  const onCycle = () => {
    if (--left === 0) done.resolve();
    return left >= ASKERS;
  };
  const askers = Array.from({ length: ASKERS }, (_, number) => {
    const link = memoryLink(broker, { user: `agent${number}`, resource: "vm" });
    return { link, asker: new Asker({ link, manager: MANAGER, onCycle }) };
  });
  await Promise.all(askers.map(({ asker }) => asker.open()));
  let runs = 0;
  const cyclesPerCpuSecond: number[] = [];
  const cyclesPerSecond: Run = async () => {
    await calls.call(["FLUSHALL"]);
    await submit(store, ++runs, jobs);
    left = jobs;
    done = Promise.withResolvers();
    const startCpu = cpuUsage();
    const startMs = performance.now();
    for (const { asker } of askers) asker.ask();
    await done.promise;
    const seconds = (performance.now() - startMs) / 1000;
    const { user, system } = cpuUsage(startCpu);
    cyclesPerCpuSecond.push(jobs / ((user + system) / 1e6));
    const { succeeded } = await store.counts();
    if (succeeded !== jobs) throw new Error(`Only ${succeeded} jobs have ended`);
    return jobs / seconds;
  };
  return {
    cyclesPerSecond,
    cyclesPerCpuSecond,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      for (const { link } of askers) await link[Symbol.asyncDispose]();
    },
  };
}

async function measure({ runs, mode, signal }: BenchContext): Promise<readonly Row[]> {
  await using site = await openSite(mode === "quick" ? 5000 : 20_000);
  // The first run finds code that is not compiled yet.
  await site.cyclesPerSecond();
  const { ours } = await inRounds(runs, { ours: site.cyclesPerSecond }, signal);
  const ofCpu = Math.round(quantile(site.cyclesPerCpuSecond.slice(1), 0.5));
  return [{
    what: "in memory: want_getJob to jobDone, one manager",
    unit: "cycles/s",
    better: "more",
    ours,
    floor: FLOOR,
    note: `${ASKERS} askers that only speak, 18 stanzas a cycle, no files; all in one thread; ` +
      `${ofCpu} cycles a second of the CPU, its collector of garbage and compiler included`,
  }];
}

/** The manager on simulated servers. */
export const memoryCycles: Bench = {
  name: "memory_cycles",
  about: "whole cycles of one manager on sim/redis and sim/xmpp, in one thread",
  measure,
};
