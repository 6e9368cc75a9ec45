/**
 * Puts the jobs of a world into its queue, and again those that a power failure took out.
 *
 * @module
 */
import { makeInputDirectory } from "../../lib/jobs/chirp_folder.ts";
import { JobModel } from "./job_model.ts";
import { CHIRP, type Site } from "./site.ts";

const HOUR_MS = 3_600_000;
/** Program of every job. */
const PROGRAM = "run.sh";
/** Jobs that arrive over a time come in so many lots at most. */
const MOST_LOTS = 1000;
/** Calls of Redis under way at most. */
const MOST_AT_ONCE = 256;

/** Submits jobs. */
export class Submitter {
  readonly #site: Site;
  readonly #model: JobModel;
  #submitted = 0;

  /**
   * @param site Where.
   * @param model The jobs.
   */
  constructor(site: Site, model: JobModel) {
    this.#site = site;
    this.#model = model;
  }

  /** True when every job has been submitted. */
  get isDone(): boolean {
    return this.#submitted === this.#site.settings.jobs;
  }

  /** Begins: all at once, evenly over a time, or each at its own. */
  start(): void {
    const { clock, settings: { jobs, arrivalHours, arrivalMs } } = this.#site;
    if (arrivalMs !== undefined) return this.#submitWhenDue(arrivalMs);
    const lots = arrivalHours === 0 ? 1 : Math.min(jobs, MOST_LOTS);
    for (let lot = 0; lot < lots; lot++) {
      const until = Math.ceil(jobs * (lot + 1) / lots);
      clock.after(arrivalHours * HOUR_MS * lot / lots, () => this.#submitUntil(until));
    }
  }

  /** Submits again what is no longer there. */
  restore(): void {
    const { referee: { ledger } } = this.#site;
    for (let number = 0; number < this.#submitted; number++) {
      if (!ledger.jobs.has(JobModel.id(number))) void this.#submit(number);
    }
  }

  #submitWhenDue(arrivalMs: (number: number) => number): void {
    const { clock, passedMs, settings: { jobs } } = this.#site;
    while (this.#submitted < jobs && arrivalMs(this.#submitted) <= passedMs) {
      void this.#submit(this.#submitted++);
    }
    if (this.#submitted === jobs) return;
    const waitMs = Math.ceil(arrivalMs(this.#submitted) - passedMs);
    clock.after(waitMs, () => this.#submitWhenDue(arrivalMs));
  }

  /** The first job of some goes alone: the others find the script there, and do not all wait at once. */
  async #submitUntil(until: number): Promise<void> {
    while (this.#submitted < until) {
      const submitted = this.#submit(this.#submitted++);
      if (this.#submitted % MOST_AT_ONCE === 1) await submitted;
    }
  }

  async #submit(number: number): Promise<void> {
    const { referee, store, chirp, settings: { files, maxAttempts } } = this.#site;
    const id = JobModel.id(number);
    const inputDir = files ? `${id}.input` : "";
    if (files) {
      void makeInputDirectory(chirp, inputDir);
      void chirp.writeText(`${inputDir}/${PROGRAM}`, "#!/bin/sh\n");
    }
    await store.submit({
      id,
      chirpUrl: CHIRP,
      inputDir,
      inputFiles: files ? [PROGRAM] : [],
      command: PROGRAM,
      arguments: "",
      environment: "",
      packages: "",
    }, { maxAttempts, priority: this.#model.priority(id) }).catch((error) =>
      referee.violations.report("crash", `Cannot submit job ${id}: ${error}`)
    );
  }
}
