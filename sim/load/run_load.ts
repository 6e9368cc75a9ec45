/**
 * A load test: many agents, real managers, and jobs for them; measured from the agents' side.
 *
 * @module
 */
import { type Clock, sleep, stopwatchMs, systemClock } from "../../lib/clock.ts";
import { QueueView } from "../../lib/jobs/queue_view.ts";
import { randomHex, systemRandom } from "../../lib/random.ts";
import type { AgentsWords } from "./agents.ts";
import { JobFeed } from "./job_feed.ts";
import { type JobWords, LoadJobs } from "./load_jobs.ts";
import { loadResult } from "./load_result.ts";
import type { LoadSite } from "./load_site.ts";
import { LoadWatch } from "./load_watch.ts";
import type { ManagerWords } from "./manager.ts";
import { openSite } from "./open_site.ts";
import type { LoadOptions, LoadResult, Snapshot } from "./options.ts";
import type { Part } from "./part.ts";
import { Series } from "./series.ts";

/** Time between two looks at everything. */
const LOOK_MS = 1000;
/** Time between two looks whether all jobs have ended. */
const END_LOOK_MS = 50;
/** Agents that connect in a second, unless told otherwise. */
const CONNECTS_PER_SECOND = 1000;
/** Jobs that wait at least, where some always must: what is taken until the feed looks again. */
const FEWEST_WAITING = 2000;

/**
 * Runs a load test in real time.
 *
 * @example
 * ```ts
 * import { runLoad } from "./run_load.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { succeeded, lost } = await runLoad({ agents: 5, jobs: 20, jobDuration: "1ms" });
 * assertEquals([succeeded, lost], [20, 0]);
 * ```
 *
 * @param options See {@linkcode LoadOptions}.
 * @returns What came of it.
 * @throws {SyntaxError} When a distribution cannot be read.
 */
export async function runLoad(options: LoadOptions = {}): Promise<LoadResult> {
  await using place = await openSite(options);
  const { store, calls } = place.site;
  await using _watcher = await options.onQueue?.({ store, view: new QueueView(calls) });
  await using load = new Load(options, place.site);
  return await load.run();
}

/** One run. */
class Load implements AsyncDisposable {
  readonly #options: LoadOptions;
  readonly #site: LoadSite;
  readonly #clock: Clock;
  readonly #jobs: JobWords;
  readonly #feed: JobFeed;
  readonly #series = new Series();
  readonly #signal: AbortSignal;
  readonly #over = new AbortController();
  /** Time that has passed since all was started. */
  #passedMs = 0;
  /** What was started, in the order in which it is to be ended. */
  #parts: [kind: string, part: Part][] = [];

  constructor(options: LoadOptions, site: LoadSite) {
    this.#options = options;
    this.#site = site;
    this.#clock = options.clock ?? systemClock;
    this.#signal = options.signal ?? new AbortController().signal;
    const { agents = 10, forSeconds } = options;
    const endless = options.jobs === undefined && forSeconds !== undefined;
    this.#jobs = {
      seed: options.seed ?? 1,
      prefix: `load-${randomHex(options.random ?? systemRandom, 8)}`,
      duration: options.jobDuration ?? "100ms",
      output: options.jobOutput ?? "1kB",
      failures: options.jobFailures ?? "0",
    };
    this.#feed = new JobFeed({
      store: site.store,
      jobs: new LoadJobs(this.#jobs),
      arrival: options.arrival ?? { kind: endless ? "saturate" : "at-once" },
      total: endless ? Infinity : options.jobs ?? 10 * agents,
      chirpAddress: site.chirpAddress,
      waiting: Math.max(FEWEST_WAITING, agents),
      clock: this.#clock,
    });
  }

  async run(): Promise<LoadResult> {
    const before = await this.#site.store.counts();
    await this.#feed.prepare(this.#signal);
    await this.#start();
    const startMs = stopwatchMs();
    const watch = new LoadWatch({
      site: this.#site,
      parts: [...this.#parts, ...this.#site.servers],
      before,
      submitted: () => this.#feed.submitted,
      seconds: () => (stopwatchMs() - startMs) / 1000,
    });
    const feeding = this.#feed.run(AbortSignal.any([this.#signal, this.#over.signal]));
    const { warmUpSeconds = 0, forSeconds = Infinity } = this.#options;
    if (warmUpSeconds === 0) watch.beginAtStart();
    else {
      await this.#pass(watch, warmUpSeconds);
      await watch.begin();
    }
    await this.#pass(watch, warmUpSeconds + forSeconds);
    const last = await watch.look();
    this.#note(last);
    this.#over.abort();
    await feeding;
    return await loadResult({
      options: this.#options,
      words: this.#jobs,
      store: this.#site.store,
      watch,
      last,
      submitted: this.#feed.submitted,
      reports: await this.#end(),
      before,
      points: this.#series.points,
    });
  }

  async #start(): Promise<void> {
    const { agents = 10, managers = 1, envelope } = this.#options;
    const { silenceSeconds = 600, requestSeconds = 2 } = this.#options;
    const { startSeconds = this.#options.transport === "tcp" ? agents / CONNECTS_PER_SECOND : 0 } =
      this.#options;
    const manager: ManagerWords = {
      jobs: this.#jobs,
      chirpAddress: this.#site.chirpAddress,
      silenceSeconds,
      envelope,
    };
    for (let number = 1; number <= managers; number++) {
      this.#parts.push(["manager", await this.#site.startManager(manager)]);
    }
    const words: AgentsWords = {
      first: 1,
      count: agents,
      jobs: this.#jobs,
      manager: this.#site.manager,
      startMs: startSeconds * 1000,
      churn: this.#options.churn,
      requestMs: requestSeconds * 1000,
      envelope,
    };
    for (const part of await this.#site.startAgents(words)) this.#parts.unshift(["agents", part]);
  }

  /** Lets time pass until a moment, or until all jobs have ended or the test is ended. */
  async #pass(watch: LoadWatch, untilSeconds: number): Promise<void> {
    const startMs = this.#clock.now();
    const lengthMs = untilSeconds * 1000 - this.#passedMs;
    let lookMs = startMs;
    for (;;) {
      const leftMs = startMs + lengthMs - this.#clock.now();
      if (leftMs <= 0 || this.#signal.aborted) break;
      const waitMs = Math.min(leftMs, this.#feed.isDone ? END_LOOK_MS : LOOK_MS);
      await sleep(this.#clock, waitMs, { signal: this.#signal }).catch(() => {});
      if (this.#feed.isDone && await watch.ended() >= this.#feed.submitted) break;
      if (this.#clock.now() - lookMs < LOOK_MS) continue;
      lookMs = this.#clock.now();
      this.#note(await watch.look());
      // Without a part the test measures nothing, and might never end.
      if (watch.counters.crashes > 0) break;
    }
    this.#passedMs += this.#clock.now() - startMs;
  }

  #note(snapshot: Snapshot): void {
    this.#series.add(snapshot);
    this.#options.onSnapshot?.(snapshot);
  }

  /** Ends agents, then managers. */
  async #end() {
    const parts = this.#parts;
    this.#parts = [];
    const reports = [];
    for (const [, part] of parts) reports.push(await part.finish());
    return reports;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#end();
  }
}
