/**
 * The figures of a load test in virtual time: a world, its faults and its rules, watched from the agents'
 * side.
 *
 * @module
 */
import { stopwatchMs } from "../../lib/clock.ts";
import {
  type Faults,
  type ProfileName,
  PROFILES,
  runWorld,
  type WorldProgress,
  type WorldResult,
} from "../world/mod.ts";
import type { Arrival } from "./arrival.ts";
import { parseDistribution } from "./distribution.ts";
import { Latencies } from "./latencies.ts";
import { LoadJobs } from "./load_jobs.ts";
import type { LoadOptions, LoadResult, Snapshot } from "./options.ts";
import { processFigures } from "./part.ts";
import { Series } from "./series.ts";
import { watchLink } from "./watched_link.ts";

/** Options of {@linkcode runVirtual}: those of real time that make sense without servers, and the faults. */
export interface VirtualOptions extends
  Pick<
    LoadOptions,
    | "agents"
    | "managers"
    | "jobs"
    | "forSeconds"
    | "seed"
    | "jobDuration"
    | "jobFailures"
    | "churn"
    | "silenceSeconds"
    | "onSnapshot"
    | "signal"
  > {
  /** What goes wrong. Default: `calm`, nothing. */
  readonly profile?: ProfileName | undefined;
  /** When jobs come; not `saturate`. Default: all at once. */
  readonly arrival?: Arrival | undefined;
  /** True: jobs have input and output files. Default: false. */
  readonly files?: boolean | undefined;
  /** True: every stanza is written as XML and parsed again. Default: false. */
  readonly xml?: boolean | undefined;
}

/** Points of the series, if all goes well. */
const POINTS = 300;
/** The shortest storm. */
const SHORTEST_HOURS = 1;
/** The storm lasts so many times as long as the jobs would take in calm. */
const STORM_MARGIN = 1.5;
/** Agents for which the profiles were made. */
const PROFILE_AGENTS = 10;
const HOUR_MS = 3_600_000;

/**
 * Runs a load test in virtual time.
 *
 * @example
 * ```ts
 * import { runVirtual } from "./run_virtual.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { succeeded, violations } = await runVirtual({ agents: 3, jobs: 6, jobDuration: "1h" });
 * assertEquals([succeeded, violations], [6, []]);
 * ```
 *
 * @param options See {@linkcode VirtualOptions}.
 * @returns What came of it; equal for equal options, but for the times and memory that it took.
 * @throws {SyntaxError} When a distribution cannot be read.
 * @throws {RangeError} When jobs shall come without end.
 */
export async function runVirtual(options: VirtualOptions = {}): Promise<LoadResult> {
  if (options.arrival?.kind === "saturate") {
    throw new RangeError("Cannot saturate a queue in virtual time: it has a number of jobs");
  }
  const { agents = 10, jobs = 10 * agents, seed = 1, jobDuration = "10m" } = options;
  const words = { seed, prefix: "job", duration: jobDuration, output: "0", failures: "0" };
  const model = new LoadJobs({ ...words, failures: options.jobFailures ?? words.failures });
  const meanMs = parseDistribution(jobDuration, "duration").mean;
  const workHours = jobs / agents * meanMs / HOUR_MS;
  const hours = options.forSeconds === undefined
    ? Math.max(SHORTEST_HOURS, STORM_MARGIN * workHours)
    : options.forSeconds / 3600;
  const watch = new VirtualWatch(options, jobs);
  const world = await runWorld({
    seed,
    profile: options.profile,
    faults: faultsOf(options),
    agents,
    managers: options.managers,
    jobs,
    hours,
    model,
    jobSeconds: meanMs / 1000,
    silenceSeconds: options.silenceSeconds,
    arrivalMs: options.arrival?.kind === "timed" ? options.arrival.atMs : undefined,
    files: options.files ?? false,
    xml: options.xml,
    signal: options.signal,
    watchLink: (link, clock) => watchLink(link, { ...watch.link, now: () => clock.now() }),
    progress: { everyMs: hours * HOUR_MS / POINTS, tell: (progress) => watch.look(progress) },
  });
  return watch.result(world);
}

/**
 * An agent's death is a fault like the others. A profile says after how many effects a manager dies that
 * serves a few agents; one that serves more is to live as long, in which it does more.
 */
function faultsOf({ churn, profile = "calm", agents = 10 }: VirtualOptions): Partial<Faults> {
  const managerSteps = PROFILES[profile].managerSteps * Math.max(1, agents / PROFILE_AGENTS);
  if (churn === undefined) return { managerSteps };
  return {
    managerSteps,
    agentLifeMs: parseDistribution(churn, "duration").mean,
    agentBackMs: 0,
  };
}

/** Takes the snapshots of a world. */
class VirtualWatch {
  readonly link = { figures: { sent: 0, online: 0 }, latencies: new Latencies() };
  readonly #options: VirtualOptions;
  readonly #jobs: number;
  readonly #startMs = stopwatchMs();
  readonly #startCpuSeconds = processFigures().cpuSeconds;
  readonly #total = new Latencies();
  readonly #series = new Series();
  #peakRssBytes = 0;

  constructor(options: VirtualOptions, jobs: number) {
    this.#options = options;
    this.#jobs = jobs;
  }

  look({ passedMs, states, requeued, stanzas, faults }: WorldProgress): void {
    const { latencies, figures } = this.link;
    const snapshot: Snapshot = {
      seconds: passedMs / 1000,
      warmingUp: false,
      online: figures.online,
      submitted: Object.values(states).reduce((sum, count) => sum + count, 0),
      states,
      stanzas,
      requeued,
      faults,
      latencies: latencies.summaries(),
      ...this.#process(),
    };
    this.#total.add(latencies.encode());
    latencies.reset();
    this.#series.add(snapshot);
    this.#options.onSnapshot?.(snapshot);
  }

  result(world: WorldResult): LoadResult {
    const { struck: _, ...figures } = world;
    const seconds = (stopwatchMs() - this.#startMs) / 1000;
    const ended = world.succeeded + world.failed;
    this.#total.add(this.link.latencies.encode());
    const { cpuSeconds } = this.#process();
    return {
      ...figures,
      jobs: this.#jobs,
      unfinished: this.#jobs - ended,
      jobsPerSecond: ended / seconds,
      latencies: this.#total.summaries(),
      cpuSeconds,
      rssBytes: this.#peakRssBytes,
      problem: null,
      series: this.#series.points,
      interrupted: this.#options.signal?.aborted ?? false,
    };
  }

  #process() {
    const { cpuSeconds, rssBytes } = processFigures();
    this.#peakRssBytes = Math.max(this.#peakRssBytes, rssBytes);
    return { cpuSeconds: { all: cpuSeconds - this.#startCpuSeconds }, rssBytes };
  }
}
