/**
 * The jobs of a load test: their ids, how long each runs, what it leaves and how it ends. Every process
 * that knows the model knows the same of a job.
 *
 * @module
 */
import type { Job } from "../../lib/protocol/job.ts";
import { randomFraction, seededRandom } from "../../lib/random.ts";
import { hashText } from "../world/event_hash.ts";
import { type Distribution, type Draw, parseDistribution } from "./distribution.ts";

/** Wait status of a job that fails: exit code 3. */
const FAILURE = 3 << 8;

/** What the jobs are like, in words: it is handed from process to process. */
export interface JobWords {
  /** Where chance comes from. */
  readonly seed: number;
  /** Begins the ids of this run's jobs. */
  readonly prefix: string;
  /** How long a job runs, see {@linkcode parseDistribution}. */
  readonly duration: string;
  /** Bytes that it leaves behind. */
  readonly output: string;
  /** How likely it ends with another exit code than 0. */
  readonly failures: string;
}

/** The jobs. */
export class LoadJobs {
  readonly #words: JobWords;
  readonly #duration: Distribution;
  readonly #output: Distribution;
  readonly #failures: Distribution;

  /**
   * @param words See {@linkcode JobWords}.
   * @throws {SyntaxError} When one cannot be read.
   */
  constructor(words: JobWords) {
    this.#words = words;
    this.#duration = parseDistribution(words.duration, "duration");
    this.#output = parseDistribution(words.output, "size");
    this.#failures = parseDistribution(words.failures, "share");
  }

  /** Id of a job by its number, from 0. */
  id(number: number): string {
    return `${this.#words.prefix}-${number}`;
  }

  /** Number of a job by its id; `undefined` where it is none of this run. */
  number(id: string): number | undefined {
    const { prefix } = this.#words;
    if (!id.startsWith(`${prefix}-`)) return undefined;
    const number = Number(id.slice(prefix.length + 1));
    return Number.isInteger(number) ? number : undefined;
  }

  /** Number of the job that runs in a directory `…/ID.SESSION`. */
  numberAt(directory: string): number | undefined {
    const name = directory.slice(directory.lastIndexOf("/") + 1);
    return this.number(name.slice(0, name.lastIndexOf(".")));
  }

  /**
   * The job as it is submitted.
   *
   * @param number Which.
   * @param chirpUrl Address of the file server.
   */
  job(number: number, chirpUrl: string): Job {
    const id = this.id(number);
    return {
      id,
      chirpUrl,
      inputDir: `${id}.input`,
      inputFiles: [],
      command: "model",
      arguments: "",
      environment: "",
      packages: "",
    };
  }

  /** How long a job runs, in milliseconds. */
  durationMs(number: number): number {
    return this.#duration.draw(this.#dice(number, "duration"));
  }

  /** Bytes that it leaves behind. */
  outputBytes(number: number): number {
    return Math.round(this.#output.draw(this.#dice(number, "output")));
  }

  /** Its wait status. */
  waitStatus(number: number): number {
    const dice = this.#dice(number, "status");
    return dice() < this.#failures.draw(dice) ? FAILURE : 0;
  }

  #dice(number: number, what: string): Draw {
    const random = seededRandom(hashText(hashText(this.#words.seed, what), `${number}`));
    return () => randomFraction(random);
  }
}
