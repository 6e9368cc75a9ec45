/**
 * What a whole site of real managers and agents costs in virtual time: how much faster than real time it
 * passes, every invariant checked on the way, and how much memory it takes.
 *
 * @module
 */
import type { WorldOptions } from "../../sim/world/mod.ts";
import type { Bench, BenchContext, Row } from "../row.ts";
import { runWorldApart } from "../worlds/run_apart.ts";
import type { WorldFigures } from "../worlds/world_process.ts";

const AGENTS = 10_000;
const MANY_AGENTS = 100_000;
const HOUR_SECONDS = 3600;
/** Times real time: a day in 86 s. */
const SPEED_FLOOR = 1000;
const GIB = 2 ** 30;
/** Heaps somewhat smaller than what the processes may take. */
const DAY_HEAP_MIB = 1600;
const MANY_HEAP_MIB = 6000;
/** Days run at most: each takes minutes. */
const MOST_DAYS = 3;

/** Jobs without files, as many as keep all agents at work for so long. */
function siteOf(agents: number, hours: number): WorldOptions {
  return {
    agents,
    jobs: agents * hours,
    hours,
    jobSeconds: HOUR_SECONDS,
    managers: 1,
    files: false,
  };
}

async function measure(context: BenchContext): Promise<readonly Row[]> {
  const rows = await measureDay(context);
  // Of many agents every one counts: there is no quick way.
  return context.mode === "quick" ? rows : [...rows, await measureMany(context)];
}

/** A day of volunteers' machines. */
async function measureDay(
  { mode, runs, signal, progress }: BenchContext,
): Promise<readonly Row[]> {
  // A share of the day passes as fast as the whole, but leaves fewer jobs behind in memory.
  const hours = mode === "quick" ? 2 : 24;
  const world = { ...siteOf(AGENTS, hours), profile: "volunteer" } as const;
  const days: WorldFigures[] = [];
  for (let run = 1; run <= (mode === "quick" ? 1 : Math.min(runs, MOST_DAYS)); run++) {
    progress(`${AGENTS} volunteers, ${hours} hours of one-hour jobs, seed ${run}`);
    days.push(await runWorldApart({ ...world, seed: run }, DAY_HEAP_MIB, signal));
  }
  const what = `virtual time, ${AGENTS} volunteers, ${hours} h of one-hour jobs`;
  const [first] = days;
  const perStanza = 1e6 * (first?.cpuSeconds ?? NaN) / (first?.stanzas ?? NaN);
  return [{
    what,
    unit: "× real time",
    better: "more",
    ours: days.map(({ virtualSeconds, seconds }) => virtualSeconds / seconds),
    floor: SPEED_FLOOR,
    note: `${first?.ended} jobs, ${first?.stanzas} stanzas, one manager, one thread, ` +
      `${first?.cpuSeconds.toFixed(0)} s of the CPU, ${perStanza.toFixed(0)} µs a stanza; ` +
      "every change of the queue and every stanza is checked and hashed",
  }, {
    what: `${what}: memory`,
    unit: "B",
    better: "less",
    ours: days.map(({ peakBytes }) => peakBytes),
    floor: 2 * GIB,
  }];
}

/** A hundred thousand agents, each with a session, a lease and a job at work. */
async function measureMany({ signal, progress }: BenchContext): Promise<Row> {
  progress(`${MANY_AGENTS} agents, a job each`);
  const { peakBytes, seconds } = await runWorldApart(
    siteOf(MANY_AGENTS, 1),
    MANY_HEAP_MIB,
    signal,
  );
  return {
    what: `${MANY_AGENTS} agents in memory, a job each`,
    unit: "B",
    better: "less",
    ours: [peakBytes],
    floor: 8 * GIB,
    note: `${MANY_AGENTS} real agents, all online and at work at once; took ${
      seconds.toFixed(0)
    } s`,
  };
}

/** Worlds. */
export const worlds: Bench = {
  name: "worlds",
  about: "whole sites in virtual time: speed and memory, up to 100,000 agents",
  measure,
};
