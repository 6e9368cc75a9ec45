/**
 * How many whole jobs a manager hands out and takes in for a second of its processor, files and all: real
 * agents over TCP, Redis from Debian, for each job an output directory with its access list, and an archive
 * that is moved into the folder of finished jobs.
 *
 * @module
 */
import { runLoad } from "../../sim/load/mod.ts";
import { hasRedisServer, startRedisProcess } from "../../test/live/redis_server.ts";
import { inRounds } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

const AGENTS = 300;
/** Cycles a second that it must reach. */
const FLOOR = 1000;
/** What the original does, its own files included; a core is busy then, most of it in the XMPP library. */
const ORIGINAL_CYCLES = 17;

/** One run: what the manager's process has used for the jobs that ended. */
async function cyclesPerCpuSecond(forSeconds: number, signal: AbortSignal): Promise<number> {
  await using redis = await startRedisProcess();
  const { succeeded, failed, violations, problem, cpuSeconds } = await runLoad({
    transport: "tcp",
    redis,
    chirp: "folder",
    agents: AGENTS,
    jobDuration: "uniform(50ms,150ms)",
    warmUpSeconds: 5,
    forSeconds,
    signal,
  });
  const [violation] = violations;
  if (failed > 0) throw new Error(`Cannot trust the run: ${failed} jobs failed: ${problem}`);
  if (violation !== undefined) throw new Error(`Cannot trust the run: ${violation.detail}`);
  return succeeded / (cpuSeconds["manager"] ?? NaN);
}

async function measure({ runs, mode, signal, progress }: BenchContext): Promise<readonly Row[]> {
  const row = {
    what: "job manager: want_getJob to jobDone, with files",
    unit: "cycles/CPU-s",
    better: "more",
    floor: FLOOR,
    peers: [{
      name: "original (Perl)",
      samples: [ORIGINAL_CYCLES],
      source: "measured on its own, one core",
    }],
  } as const;
  if (!hasRedisServer) return [{ ...row, ours: [], note: "redis-server is not installed" }];
  const forSeconds = mode === "quick" ? 6 : 12;
  const { ours } = await inRounds(runs, {
    ours: () => {
      progress(`a manager and ${AGENTS} agents, ${forSeconds} s`);
      return cyclesPerCpuSecond(forSeconds, signal);
    },
  }, signal);
  return [{
    ...row,
    ours,
    note: `all threads of the manager's process count; ${AGENTS} real agents, 18 stanzas a job, ` +
      "redis-server, an archive of 1 kB",
  }];
}

/** The manager on real servers. */
export const manager: Bench = {
  name: "manager",
  about: "whole cycles of one manager on redis-server and TCP, output and archives included",
  measure,
};
