/**
 * Watches a load test: asks all its parts how they are, and adds up.
 *
 * @module
 */
import { type JobState, TRANSITIONS } from "../../lib/jobs/job_state.ts";
import { Latencies, type LatencySummaries } from "./latencies.ts";
import type { LoadSite } from "./load_site.ts";
import type { Snapshot } from "./options.ts";
import { type Counters, noCounts, type Part, processFigures } from "./part.ts";

const STATES = Object.keys(TRANSITIONS) as readonly JobState[];

/** Options of a {@linkcode LoadWatch}. */
export interface LoadWatchOptions {
  readonly site: LoadSite;
  /** Parts by kind of process. */
  readonly parts: readonly (readonly [kind: string, part: Part])[];
  /** What was in the queue before. */
  readonly before: Readonly<Record<JobState, number>>;
  /** Jobs submitted so far. */
  readonly submitted: () => number;
  /** Measures the time since the agents began to start, in seconds. */
  readonly seconds: () => number;
}

/** The state of things, before it is told. */
type Reading = Omit<Snapshot, "latencies" | "warmingUp">;

/** Looks at a load test. */
export class LoadWatch {
  readonly #options: LoadWatchOptions;
  readonly #total = new Latencies();
  readonly #recent = new Latencies();
  #mark: Reading | undefined;
  readonly #startCpuSeconds = processFigures().cpuSeconds;
  #peakRssBytes = 0;
  #problem: string | undefined;
  #counters: Readonly<Counters> = noCounts();

  /** @param options See {@linkcode LoadWatchOptions}. */
  constructor(options: LoadWatchOptions) {
    this.#options = options;
  }

  /** The state at the moment when counting began. */
  get mark(): Reading | undefined {
    return this.#mark;
  }

  /** Sums of all parts at the last look. */
  get counters(): Readonly<Counters> {
    return this.#counters;
  }

  /** Greatest memory of all processes together, in bytes. */
  get peakRssBytes(): number {
    return this.#peakRssBytes;
  }

  /** What befell a part last; `undefined`: nothing. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Times since counting began. */
  get latencies(): LatencySummaries {
    return this.#total.summaries();
  }

  /** Jobs that have ended, one way or the other. */
  async ended(): Promise<number> {
    const { succeeded, failed, cancelled } = await this.#states();
    return succeeded + failed + cancelled;
  }

  /** Everything counts, from the start. */
  beginAtStart(): void {
    const { site, before } = this.#options;
    this.#mark = {
      seconds: 0,
      online: 0,
      submitted: 0,
      states: Object.fromEntries(STATES.map((state) => [state, 0])) as typeof before,
      stanzas: 0,
      requeued: 0,
      faults: 0,
      cpuSeconds: { [site.name]: this.#startCpuSeconds },
      rssBytes: 0,
    };
  }

  /** From now on things count. */
  async begin(): Promise<void> {
    const { latencies: _, ...reading } = await this.look();
    this.#mark = reading;
    this.#total.reset();
  }

  /** Looks at all parts. */
  async look(): Promise<Snapshot> {
    const { site, parts, submitted, seconds } = this.#options;
    const own = processFigures();
    const cpuSeconds: Record<string, number> = { [site.name]: own.cpuSeconds };
    let rssBytes = own.rssBytes;
    const sums = noCounts();
    for (const [kind, part] of parts) {
      const report = await part.report();
      for (const key of Object.keys(sums) as (keyof Counters)[]) sums[key] += report.counters[key];
      if (report.rssBytes > 0) cpuSeconds[kind] = (cpuSeconds[kind] ?? 0) + report.cpuSeconds;
      rssBytes += report.rssBytes;
      this.#problem = report.problem ?? this.#problem;
      this.#total.add(report.latencies);
      this.#recent.add(report.latencies);
    }
    this.#counters = sums;
    this.#peakRssBytes = Math.max(this.#peakRssBytes, rssBytes);
    const latencies = this.#recent.summaries();
    this.#recent.reset();
    return {
      seconds: seconds(),
      warmingUp: this.#mark === undefined,
      online: sums.online,
      submitted: submitted(),
      states: await this.#states(),
      stanzas: sums.stanzas,
      requeued: sums.requeued,
      faults: sums.deaths,
      latencies,
      cpuSeconds,
      rssBytes,
    };
  }

  /** Jobs of this test in each state. */
  async #states(): Promise<Record<JobState, number>> {
    const { site, before } = this.#options;
    const counts = await site.store.counts();
    for (const state of STATES) counts[state] -= before[state];
    return counts;
  }
}
