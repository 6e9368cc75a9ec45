/**
 * How many jobs a whole site does on this machine: thousands of real agents over TCP, our XMPP server, a
 * manager and Redis, every process counted in.
 *
 * @module
 */
import { type LoadResult, runLoad } from "../../sim/load/mod.ts";
import { hasRedisServer, startRedisProcess } from "../../test/live/redis_server.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

/** Jobs a second that it must do, and the time within which 99 of 100 agents have their job. */
const RATE_FLOOR = 1000;
const LEASE_FLOOR_MS = 1000;
/** Published for one server of BOINC: 8.8 million tasks a day. */
const BOINC_RATE = 102;
/** So long each job runs: a little more is asked for than must be done. */
const JOB_SECONDS = { full: 9.2, quick: 0.92 };
const AGENTS = { full: 10_000, quick: 1000 };
const SECONDS = { full: 20, quick: 8 };
/** Runs at most: each takes minutes. */
const MOST_RUNS = 3;
/** Agents that connect in a second: more would take the processors from those that work. */
const CONNECTS_PER_SECOND = 250;

async function runSite({ mode, signal }: BenchContext): Promise<LoadResult> {
  await using redis = hasRedisServer ? await startRedisProcess() : undefined;
  const startSeconds = AGENTS[mode] / CONNECTS_PER_SECOND;
  const mean = JOB_SECONDS[mode];
  const result = await runLoad({
    transport: "tcp",
    redis: redis ?? "own",
    agents: AGENTS[mode],
    jobDuration: `uniform(${0.5 * mean}s,${1.5 * mean}s)`,
    startSeconds,
    warmUpSeconds: startSeconds + 10,
    forSeconds: SECONDS[mode],
    signal,
  });
  const [violation] = result.violations;
  if (violation !== undefined) throw new Error(`Cannot trust the run: ${violation.detail}`);
  return result;
}

/** CPU time of all processes of the site for one job, in milliseconds. */
function cpuMsPerJob({ cpuSeconds, succeeded }: LoadResult): number {
  return 1000 * Object.values(cpuSeconds).reduce((sum, used) => sum + used, 0) / succeeded;
}

async function measure(context: BenchContext): Promise<readonly Row[]> {
  const { mode, runs, progress, signal } = context;
  const agents = AGENTS[mode];
  const results: LoadResult[] = [];
  for (let run = 1; run <= (mode === "quick" ? 1 : Math.min(runs, MOST_RUNS)); run++) {
    signal.throwIfAborted();
    progress(`a site of ${agents} agents, run ${run}`);
    results.push(await runSite(context));
  }
  const what = `whole site over TCP, ${agents} agents, ${SECONDS[mode]} s`;
  const online = Math.min(...results.map(({ series }) => series.at(-1)?.online ?? 0));
  const cost = Math.min(...results.map(cpuMsPerJob)).toFixed(2);
  return [{
    what,
    unit: "jobs/s",
    better: "more",
    ours: results.map(({ jobsPerSecond }) => jobsPerSecond),
    floor: RATE_FLOOR,
    peers: [{
      name: "BOINC, one server",
      samples: [BOINC_RATE],
      source: "published: 8.8 million tasks a day",
    }],
    note:
      `${online} agents online, no files and rooms, ${
        hasRedisServer ? "redis-server" : "sim/redis"
      }` +
      `; a job takes ${cost} ms of CPU time, agents and all servers but redis-server together`,
  }, {
    what: `${what}: p99 of want_getJob → runJob`,
    unit: "ms",
    better: "less",
    ours: results.map(({ latencies }) => latencies.lease.p99),
    floor: LEASE_FLOOR_MS,
  }];
}

/** Whole sites. */
export const site: Bench = {
  name: "site",
  about: "a whole site over TCP with 10,000 agents: jobs a second, and how long agents wait",
  measure,
};
