/**
 * The jobs of a world: how long each runs, how it ends, and who has run it. The same for every machine that
 * gets it.
 *
 * @module
 */
import { hashText } from "./event_hash.ts";
import type { WorldJobs } from "./options.ts";

/** Wait status of a job that fails: exit code 3. */
const FAILURE = 3 << 8;

/** Options of a {@linkcode JobModel}. */
export interface JobModelOptions {
  readonly seed: number;
  /** Mean run in seconds; each takes from half to one and a half times as long. */
  readonly jobSeconds: number;
  /** Share that fails. */
  readonly jobFailures: number;
  /** Says how long jobs run and how they end, instead. Default: none. */
  readonly model?: WorldJobs | undefined;
}

const ID_PREFIX = "job-";

/** What is to be known of jobs; asked by the directory that one runs in, `…/ID.SESSION`. */
export class JobModel {
  readonly #options: JobModelOptions;
  readonly #runs = new Map<string, number>();
  #reexecuted = 0;

  /** @param options See {@linkcode JobModelOptions}. */
  constructor(options: JobModelOptions) {
    this.#options = options;
  }

  /** Id of a job by its number, from 0. */
  static id(number: number): string {
    return `${ID_PREFIX}${number}`;
  }

  /** Jobs that ran to their end more than once. */
  get reexecuted(): number {
    return this.#reexecuted;
  }

  /** Priority of a job: one in five runs first, one in ten last. */
  priority(id: string): number {
    const drawn = this.#draw(id, "priority");
    if (drawn < 0.2) return 1;
    return drawn < 0.3 ? -1 : 0;
  }

  /** How long a job runs. */
  durationMs(directory: string): number {
    const { jobSeconds, model } = this.#options;
    if (model !== undefined) return Math.round(model.durationMs(numberOf(directory)));
    return Math.round(jobSeconds * 1000 * (0.5 + this.#draw(idOf(directory), "duration")));
  }

  /** How a job ends. */
  waitStatus(directory: string): number {
    const { model } = this.#options;
    if (model !== undefined) return model.waitStatus(numberOf(directory));
    return this.#draw(idOf(directory), "status") < this.#options.jobFailures ? FAILURE : 0;
  }

  /** A job has run to its end. */
  hasRun(directory: string): void {
    const id = idOf(directory);
    const runs = (this.#runs.get(id) ?? 0) + 1;
    this.#runs.set(id, runs);
    if (runs === 2) this.#reexecuted++;
  }

  #draw(id: string, what: string): number {
    return hashText(hashText(this.#options.seed, what), id) / 2 ** 32;
  }
}

function numberOf(directory: string): number {
  return Number(idOf(directory).slice(ID_PREFIX.length));
}

function idOf(directory: string): string {
  const name = directory.slice(directory.lastIndexOf("/") + 1);
  return name.slice(0, name.lastIndexOf("."));
}
