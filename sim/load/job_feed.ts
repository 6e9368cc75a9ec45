/**
 * Brings jobs into the queue as the arrival model says.
 *
 * @module
 */
import { type Clock, sleep } from "../../lib/clock.ts";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { Arrival } from "./arrival.ts";
import type { LoadJobs } from "./load_jobs.ts";

/** Options of a {@linkcode JobFeed}. */
export interface JobFeedOptions {
  readonly store: JobStore;
  readonly jobs: LoadJobs;
  readonly arrival: Arrival;
  /** Jobs in all; Infinity: as many as are taken. */
  readonly total: number;
  /** Address of the file server, part of every job. */
  readonly chirpAddress: string;
  /** Jobs that wait at least, where some always must. */
  readonly waiting: number;
  readonly clock: Clock;
}

/** Calls of Redis under way at most. */
const AT_ONCE = 64;
/** Time between looks whether jobs are due or too few wait. */
const LOOK_MS = 50;

/** Submits jobs. */
export class JobFeed {
  readonly #options: JobFeedOptions;
  readonly #total: number;
  #submitted = 0;

  /** @param options See {@linkcode JobFeedOptions}. */
  constructor(options: JobFeedOptions) {
    this.#options = options;
    const { arrival, total } = options;
    this.#total = arrival.kind === "timed" ? Math.min(total, arrival.jobs) : total;
  }

  /** Jobs submitted so far. */
  get submitted(): number {
    return this.#submitted;
  }

  /** True when no more will come. */
  get isDone(): boolean {
    return this.#submitted >= this.#total;
  }

  /**
   * Submits what is to be there at the beginning.
   *
   * @param signal Ends it early.
   */
  async prepare(signal: AbortSignal): Promise<void> {
    const { arrival, waiting } = this.#options;
    if (arrival.kind === "at-once") await this.#submitUpTo(this.#total, signal);
    if (arrival.kind === "saturate") await this.#submitUpTo(waiting, signal);
  }

  /**
   * Submits the others when they are due.
   *
   * @param signal Ends it.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { arrival, waiting, store, clock } = this.#options;
    const startMs = clock.now();
    while (!this.isDone && !signal.aborted) {
      if (arrival.kind === "timed") {
        const passedMs = clock.now() - startMs;
        let due = this.#submitted;
        while (due < this.#total && arrival.atMs(due) <= passedMs) due++;
        await this.#submitUpTo(due, signal);
      } else {
        const missing = waiting - await store.waiting();
        if (missing > 0) await this.#submitUpTo(this.#submitted + missing, signal);
      }
      if (!this.isDone) await sleep(clock, LOOK_MS, { signal }).catch(() => {});
    }
  }

  async #submitUpTo(count: number, signal: AbortSignal): Promise<void> {
    const { store, jobs, chirpAddress } = this.#options;
    const end = Math.min(count, this.#total);
    while (this.#submitted < end && !signal.aborted) {
      const first = this.#submitted;
      const batch = Math.min(AT_ONCE, end - first);
      await Promise.all(
        Array.from(
          { length: batch },
          (_, index) => store.submit(jobs.job(first + index, chirpAddress)),
        ),
      );
      this.#submitted += batch;
    }
  }
}
