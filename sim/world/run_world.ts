/**
 * Runs a world: the real roles in virtual time, through a storm and out of it.
 *
 * @module
 */
import { type Clock, systemClock } from "../../lib/clock.ts";
import type { JobState } from "../../lib/jobs/job_state.ts";
import { keepAgent } from "./agent_process.ts";
import { checkBounds } from "./bounds.ts";
import { scheduleIncidents } from "./incidents.ts";
import { JobModel } from "./job_model.ts";
import { keepManager } from "./manager_process.ts";
import type { WorldOptions, WorldProgress, WorldResult } from "./options.ts";
import { checkForgotten, checkOutputs } from "./outputs.ts";
import { type Settings, settingsOf, Site } from "./site.ts";
import { Submitter } from "./submitter.ts";
import { checkAllEnded, sweepQueue } from "./sweep.ts";
import { repeatSettled, settled } from "./virtual_clock.ts";

const HOUR_MS = 3_600_000;
/** Late messages may still come for so long after the last job has ended. */
const LAST_WORDS_MS = HOUR_MS / 3;
/** Agents that found no work begin to ask again within so long. */
const LONGEST_REST_MS = 12 * HOUR_MS;
const NO_JOBS: Readonly<Record<JobState, number>> = {
  waiting: 0,
  held: 0,
  leased: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
};
/** Moments of time between two looks at whether all seams are at rest in them. */
const STEPS_PER_LOOK = 64;
/** Processes are started within so long, not all in one moment. */
const START_MS = 60_000;

/**
 * Runs a world to its end, or to the first violation.
 *
 * @example
 * ```ts
 * import { runWorld } from "./run_world.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { succeeded, violations } = await runWorld({ agents: 2, jobs: 3, jobFailures: 0 });
 * assertEquals([succeeded, violations], [3, []]);
 * ```
 *
 * @param options See {@linkcode WorldOptions}.
 * @param wall Measures the real time. Default: the machine's clock.
 * @returns What came of it.
 */
export async function runWorld(
  options: WorldOptions = {},
  wall: Clock = systemClock,
): Promise<WorldResult> {
  const startedMs = wall.now();
  const settings = settingsOf(options);
  using site = new Site(settings);
  const world = new World(site);
  await world.run();
  return world.result((wall.now() - startedMs) / 1000);
}

class World {
  readonly #site: Site;
  readonly #settings: Settings;
  readonly #model: JobModel;
  readonly #submitter: Submitter;
  #rolledBack = 0;
  #lost = 0;
  #stormEndMs = 0;
  /** When the last job ended; Infinity while there is one that has not. */
  #endedMs = Infinity;
  /** When the next progress is told. */
  #progressMs = 0;

  constructor(site: Site) {
    this.#site = site;
    this.#settings = site.settings;
    this.#model = new JobModel(site.settings);
    this.#submitter = new Submitter(site, this.#model);
  }

  async run(): Promise<void> {
    const { clock, fate } = this.#site;
    const stormEndMs = clock.now() + this.#settings.hours * HOUR_MS;
    this.#stormEndMs = stormEndMs;
    this.#submitter.start();
    this.#startProcesses();
    scheduleIncidents(this.#site, stormEndMs, (effects) => {
      this.#rolledBack += effects;
      this.#submitter.restore();
    });
    clock.after(stormEndMs - clock.now(), () => fate.end());
    await this.#pass(stormEndMs + this.#longestCalmMs());
    await this.#judge();
  }

  #startProcesses(): void {
    const { clock, fate } = this.#site;
    const dice = fate.dice("start");
    const { agents, managers } = this.#settings;
    for (let number = 1; number <= managers; number++) keepManager(this.#site, number);
    for (let number = 1; number <= agents; number++) {
      const parts = { site: this.#site, model: this.#model, number };
      clock.after(dice.between(0, START_MS), () => keepAgent(parts));
    }
  }

  /** Lets time pass until all has been said, something is wrong, or it takes too long. */
  async #pass(deadlineMs: number): Promise<void> {
    for (let isOver = false; !isOver;) {
      let steps = 0;
      // Time stands still while anything is under way: all seams answer by microtasks.
      await repeatSettled(() => {
        if (steps++ === STEPS_PER_LOOK) return false;
        isOver = !this.#step(deadlineMs);
        return !isOver;
      });
      if (!isOver) await this.#checkStillness();
    }
  }

  /** Moves time to the next moment; false where the world is over. */
  #step(deadlineMs: number): boolean {
    const { clock, referee } = this.#site;
    if (referee.sweepIfDue()) checkBounds(this.#site);
    if (referee.violations.found.length > 0 || this.#settings.signal?.aborted) return false;
    this.#tellProgress();
    const nextMs = clock.nextMs ?? Infinity;
    if (nextMs > deadlineMs) return false;
    if (!this.#isDone()) this.#endedMs = Infinity;
    else if (this.#endedMs === Infinity) this.#endedMs = clock.now();
    if (nextMs > this.#endedMs + LAST_WORDS_MS) return false;
    return clock.step();
  }

  /** True where nothing is left to do: jobs that will be forgotten are so in calm. */
  #isDone(): boolean {
    const { clock, referee: { ledger } } = this.#site;
    if (!this.#submitter.isDone || ledger.unfinished > 0) return false;
    const { retentionSeconds } = this.#settings;
    return retentionSeconds === undefined ||
      clock.now() > Math.max(this.#stormEndMs, ledger.lastEndMs + 1000 * retentionSeconds);
  }

  /** Looks whether anything goes on by itself that no clock has put off. */
  async #checkStillness(): Promise<void> {
    const { clock, referee } = this.#site;
    const activity = () => referee.stanzas + referee.ledger.effects + clock.scheduled;
    const before = activity();
    await settled();
    referee.violations.check(
      activity() === before,
      "stillness",
      () => "Something went on by itself while time stood still",
    );
  }

  #tellProgress(): void {
    const { progress } = this.#settings;
    const { passedMs } = this.#site;
    if (progress === undefined || passedMs < this.#progressMs) return;
    this.#progressMs = passedMs + progress.everyMs;
    progress.tell(this.progress());
  }

  /** How the world stands. */
  progress(): WorldProgress {
    const { referee, fate, passedMs } = this.#site;
    const states = { ...NO_JOBS };
    for (const { state } of referee.ledger.jobs.values()) states[state]++;
    const { stanzas, ledger: { requeued } } = referee;
    return { passedMs, states, requeued, stanzas, faults: fate.count };
  }

  /** A lease that nobody extends runs out; then all jobs that are left are run one after the other. */
  #longestCalmMs(): number {
    const { leases, leaseSeconds, jobs, jobSeconds, agents, retentionSeconds = 0 } = this.#settings;
    const workMs = 2000 * jobSeconds * Math.ceil(jobs / agents);
    const leaseMs = leases === "on" ? 2000 * leaseSeconds : 0;
    return leaseMs + workMs + LONGEST_REST_MS + 1000 * retentionSeconds;
  }

  async #judge(): Promise<void> {
    const { referee, store } = this.#site;
    const { ledger, data, violations } = referee;
    if (violations.found.length > 0 || this.#settings.signal?.aborted) return;
    sweepQueue(data, ledger, violations);
    checkBounds(this.#site);
    const stories = new Map<string, string>();
    for (const [id, { state }] of ledger.jobs) {
      if (stories.size >= 20 || state === "succeeded" || state === "failed") continue;
      const history = await store.history(id);
      stories.set(id, history.slice(-8).map(({ event }) => event).join(", "));
    }
    this.#lost = checkAllEnded(data, ledger, violations, (id) => stories.get(id) ?? "");
    if (this.#settings.retentionSeconds !== undefined) await checkForgotten(this.#site);
    else if (this.#settings.files) await checkOutputs(this.#site);
  }

  result(seconds: number): WorldResult {
    const { referee, fate, passedMs } = this.#site;
    const { agents, jobs, seed } = this.#settings;
    const { ledger } = referee;
    const { states } = this.progress();
    return {
      agents,
      jobs,
      succeeded: states.succeeded,
      failed: states.failed,
      requeued: ledger.requeued,
      lost: this.#lost,
      duplicated: ledger.duplicated,
      reexecuted: this.#model.reexecuted,
      rolledBack: this.#rolledBack,
      stanzas: referee.stanzas,
      faults: fate.count,
      seconds,
      virtualSeconds: passedMs / 1000,
      seed,
      eventHash: referee.eventHash,
      violations: referee.violations.found,
      struck: fate.struck,
    };
  }
}
