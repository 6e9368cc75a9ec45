/**
 * What people ask of a queue who watch it: where a job stands, how many end, which ones match a text.
 * Only looks; {@linkcode RedisJobStore} holds the queue itself.
 *
 * @module
 */
import { checkInteger } from "./_job_checks.ts";
import { recentMachines } from "./_required_jobs.ts";
import { JOB_STATES, type JobState } from "./job_state.ts";
import type { JobRecord } from "./job_store.ts";
import { readJobRecord } from "./record.ts";
import type { RedisCalls } from "./redis_calls.ts";
import { asInteger, asList, asTexts } from "./reply.ts";
import { scoreRange, STATE_DIGITS } from "./scripts/_state_digits.ts";
import { COUNTS } from "./scripts/counts.ts";
import { FIND } from "./scripts/find.ts";
import { PLACE } from "./scripts/place.ts";

/** Options of a {@linkcode QueueView}; as those of the job store. */
export interface QueueViewOptions {
  /** Name of the waiting list. Default: `waiting_jobs`. */
  readonly waitingList?: string | undefined;
  /** Which job is handed out next. Default: `fifo`. */
  readonly order?: "fifo" | "lifo" | undefined;
  /** Hand-outs of jobs that ask for no other number. Default: 5. */
  readonly maxAttempts?: number | undefined;
}

/** Where a job stands in the queue. */
export interface QueuePlace {
  /** Jobs that are handed out before it. */
  readonly ahead: number;
  /** Jobs that wait, itself included. */
  readonly waiting: number;
}

/** The states in which a job has ended. */
export type EndedState = "succeeded" | "failed" | "cancelled";

/** How many jobs ended in each of equal stretches of time, the oldest first. */
export interface EndedCounts {
  /** Beginning of the first stretch, milliseconds since the epoch; a multiple of the step. */
  readonly fromMs: number;
  /** Length of a stretch, in milliseconds; the last one is not over yet. */
  readonly stepMs: number;
  /** Jobs that ended so in each stretch, and have neither been rerun nor forgotten since. */
  readonly counts: Readonly<Record<EndedState, readonly number[]>>;
}

/** Jobs that match a text. */
export interface FoundJobs {
  /** Last changed first. */
  readonly jobs: readonly JobRecord[];
  /** False where more jobs may match: there were too many, or too many to look through. */
  readonly isComplete: boolean;
}

const ENDED_STATES: readonly EndedState[] = ["succeeded", "failed", "cancelled"];
/** Jobs that one script looks through; it takes about 2 ms of Redis' time. */
const STRETCH = 1000;
/** Jobs that one search looks through. */
const MOST_LOOKED_THROUGH = 200_000;
/** Longest text to be searched for. */
const LONGEST_TEXT = 200;

/** A queue on Redis, to be looked at. */
export class QueueView {
  readonly #calls: RedisCalls;
  readonly #queue: string;
  readonly #pop: "RPOP" | "LPOP";
  readonly #maxAttempts: number;

  /**
   * Sends nothing yet.
   *
   * @param calls The connection; stays the caller's to close.
   * @param options Name and order of the queue.
   */
  constructor(calls: RedisCalls, options: QueueViewOptions = {}) {
    this.#calls = calls;
    this.#queue = options.waitingList ?? "waiting_jobs";
    this.#pop = options.order === "lifo" ? "LPOP" : "RPOP";
    this.#maxAttempts = options.maxAttempts ?? 5;
  }

  /** Time by the clock of Redis, milliseconds since the epoch: that of all times in records. */
  async now(): Promise<number> {
    const [seconds, microseconds] = asTexts(await this.#calls.call(["TIME"]), "TIME").map(Number);
    return Math.floor((seconds ?? NaN) * 1000 + (microseconds ?? NaN) / 1000);
  }

  /**
   * Says where a waiting job stands.
   *
   * @param id The job.
   * @returns Its place; undefined where it stands in no list: it does not wait.
   */
  async place(id: string): Promise<QueuePlace | undefined> {
    const reply = await PLACE.run(this.#calls, { queue: this.#queue, id, pop: this.#pop });
    if (reply === null) return undefined;
    const [ahead = 0, waiting = 0] = asList(reply, "script place")
      .map((count) => asInteger(count, "script place"));
    return { ahead, waiting };
  }

  /**
   * Describes the machines whose agents asked while jobs with requirements waited.
   *
   * @param sinceMs Those that asked before are left out; milliseconds since the epoch.
   * @returns Their descriptions, as their agents sent them.
   */
  recentMachines(sinceMs: number): Promise<string[]> {
    return recentMachines(this.#calls, this.#queue, sinceMs);
  }

  /**
   * Counts the jobs that ended, by when.
   *
   * @param options `stepMs`: length of a stretch; `steps`: number of them, at most 500.
   * @returns The counts; the present stretch comes last.
   * @throws {RangeError} When an option is out of bounds.
   */
  async ended(
    options: { readonly stepMs: number; readonly steps: number },
  ): Promise<EndedCounts> {
    const stepMs = checkInteger("stepMs", options.stepMs, 1000, 366 * 86_400_000);
    const steps = checkInteger("steps", options.steps, 1, 500);
    const fromMs = (Math.floor(await this.now() / stepMs) - steps + 1) * stepMs;
    const at = (step: number) => `${Math.max(0, fromMs + step * stepMs)}`.padStart(13, "0");
    const ranges = ENDED_STATES.flatMap((state) =>
      Array.from({ length: steps }, (_, step) => [
        `${STATE_DIGITS[state]}${at(step)}`,
        `(${STATE_DIGITS[state]}${at(step + 1)}`,
      ]).flat()
    );
    const [, , ...counts] = asList(
      await COUNTS.run(this.#calls, { queue: this.#queue }, ranges),
      "script counts",
    ).map((count) => asInteger(count, "script counts"));
    const [succeeded, failed, cancelled] = [0, 1, 2]
      .map((state) => counts.slice(state * steps, (state + 1) * steps));
    return {
      fromMs,
      stepMs,
      counts: { succeeded: succeeded ?? [], failed: failed ?? [], cancelled: cancelled ?? [] },
    };
  }

  /**
   * Finds jobs by a part of their id, agent, reason or description, upper and lower case alike. A job
   * of the original that still waits has no record, and is found by `JobStore.get` alone.
   *
   * @param text The part, taken literally.
   * @param options `state`: only jobs in it; `limit`: most jobs, default 100, at most 1000.
   * @returns The jobs.
   * @throws {RangeError} When the text is empty or too long, or an option out of bounds.
   */
  async find(
    text: string,
    options: { readonly state?: JobState | undefined; readonly limit?: number | undefined } = {},
  ): Promise<FoundJobs> {
    if (text === "" || text.length > LONGEST_TEXT) {
      throw new RangeError(`Cannot search: expected a text of 1 to ${LONGEST_TEXT} characters`);
    }
    const limit = checkInteger("limit", options.limit ?? 100, 1, 1000);
    const states = options.state === undefined ? JOB_STATES : [options.state];
    const jobs: JobRecord[] = [];
    let left = MOST_LOOKED_THROUGH;
    for (const state of states) {
      const found = await this.#findIn(state, lowerAscii(text), limit + 1, left);
      jobs.push(...found.jobs);
      left -= found.seen;
    }
    jobs.sort((one, other) => other.changedMs - one.changedMs);
    return { jobs: jobs.slice(0, limit), isComplete: left > 0 && jobs.length <= limit };
  }

  async #findIn(
    state: JobState,
    text: string,
    most: number,
    budget: number,
  ): Promise<{ readonly jobs: readonly JobRecord[]; readonly seen: number }> {
    const [least, greatest] = scoreRange(state);
    const jobs: JobRecord[] = [];
    let seen = 0;
    while (seen < budget && jobs.length < most) {
      const stretch = Math.min(STRETCH, budget - seen);
      const reply = await FIND.run(this.#calls, {
        queue: this.#queue,
        least,
        greatest,
        offset: seen,
        stretch,
        text,
        most: most - jobs.length,
      });
      const [looked, found] = asList(reply, "script find");
      const records = asList(found, "script find")
        .map((shown) => readJobRecord(shown, this.#maxAttempts))
        .filter((record) => record !== undefined);
      jobs.push(...records);
      const count = asInteger(looked, "script find");
      seen += count;
      if (count < stretch && jobs.length < most) break;
    }
    return { jobs, seen };
  }
}

/** Lower case of the letters that Lua knows: A to Z. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
