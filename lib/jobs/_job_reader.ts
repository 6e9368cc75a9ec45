/**
 * The reading half of the job store: jobs, histories and numbers as they stand in Redis.
 *
 * @module
 */
import { checkInteger } from "./_job_checks.ts";
import { JOB_STATES, type JobState } from "./job_state.ts";
import type { HistoryEntry, JobRecord, JobStore } from "./job_store.ts";
import { readHistoryLine, readJobRecord } from "./record.ts";
import type { RedisCalls, RedisReply } from "./redis_calls.ts";
import { asInteger, asList, asText, asTexts } from "./reply.ts";
import { scoreRange } from "./scripts/_state_digits.ts";
import { COUNTS } from "./scripts/counts.ts";
import { LIST } from "./scripts/list.ts";
import { READ } from "./scripts/read.ts";
import { UNRECORDED } from "./scripts/unrecorded.ts";

/** Ids fetched from a list or a set in one call. */
const CHUNK = 5000;

/** Reads what the scripts keep. */
export class JobReader
  implements Pick<JobStore, "get" | "inputDir" | "list" | "history" | "counts"> {
  readonly #calls: RedisCalls;
  readonly #queue: string;
  readonly #maxAttempts: number;

  /**
   * @param calls The connection.
   * @param queue Name of the waiting list.
   * @param maxAttempts Hand-outs that jobs of the original get.
   */
  constructor(calls: RedisCalls, queue: string, maxAttempts: number) {
    this.#calls = calls;
    this.#queue = queue;
    this.#maxAttempts = maxAttempts;
  }

  /** See {@linkcode JobStore.get}. */
  async get(id: string): Promise<JobRecord | undefined> {
    const reply = await READ.run(this.#calls, { queue: this.#queue, id });
    return reply === null ? undefined : readJobRecord(reply, this.#maxAttempts);
  }

  /** See {@linkcode JobStore.inputDir}. */
  async inputDir(id: string): Promise<string | undefined> {
    const key = `copilot:job:${id}`;
    const reply = await this.#calls.call(["HGET", key, "inputDir"]);
    return reply === null || reply === "" ? undefined : asText(reply, `HGET ${key}`);
  }

  /** See {@linkcode JobStore.list}. */
  async list(
    options: {
      readonly state?: JobState | undefined;
      readonly limit?: number | undefined;
      readonly offset?: number | undefined;
    } = {},
  ): Promise<JobRecord[]> {
    const limit = checkInteger("limit", options.limit ?? 100, 1, 1000);
    const offset = checkInteger("offset", options.offset ?? 0, 0, 1_000_000);
    const states = options.state === undefined ? JOB_STATES : [options.state];
    const [total, shown] = asList(
      await LIST.run(
        this.#calls,
        { queue: this.#queue, offset, limit },
        states.flatMap(scoreRange),
      ),
      "script list",
    );
    const jobs = this.#records(asList(shown, "script list"));
    if (jobs.length === limit || !states.includes("waiting")) return jobs;
    // Jobs of the original bear no time; they come last.
    const skip = Math.max(0, offset - asInteger(total, "script list"));
    return [...jobs, ...await this.#unrecorded(skip, limit - jobs.length)];
  }

  async #unrecorded(skip: number, limit: number): Promise<JobRecord[]> {
    const found: JobRecord[] = [];
    for (let first = 0; found.length < skip + limit; first += CHUNK) {
      const range = { queue: this.#queue, first, last: first + CHUNK - 1 };
      const [scanned, jobs] = asList(
        await UNRECORDED.run(this.#calls, range),
        "script unrecorded",
      );
      found.push(...this.#records(asList(jobs, "script unrecorded")));
      if (asInteger(scanned, "script unrecorded") < CHUNK) break;
    }
    return found.slice(skip, skip + limit);
  }

  #records(replies: readonly RedisReply[]): JobRecord[] {
    return replies.map((reply) => readJobRecord(reply, this.#maxAttempts))
      .filter((record) => record !== undefined);
  }

  /** See {@linkcode JobStore.history}. */
  async history(id: string): Promise<HistoryEntry[]> {
    const key = `copilot:history:${id}`;
    const lines = asTexts(await this.#calls.call(["LRANGE", key, 0, -1]), `LRANGE ${key}`);
    return lines.map((line) => readHistoryLine(line, key));
  }

  /** See {@linkcode JobStore.counts}. */
  async counts(): Promise<Record<JobState, number>> {
    const ranges = JOB_STATES.flatMap(scoreRange);
    const reply = await COUNTS.run(this.#calls, { queue: this.#queue }, ranges);
    const [inLists, , ...inStates] = asList(reply, "script counts")
      .map((count) => asInteger(count, "script counts"));
    const counts = Object.fromEntries(
      JOB_STATES.map((state, index) => [state, inStates[index] ?? 0]),
    ) as Record<JobState, number>;
    // The lists know the jobs of the original as well.
    return { ...counts, waiting: inLists ?? 0 };
  }

  /** Number of jobs that wait, and of those among them that have requirements. */
  async waitingJobs(): Promise<{ readonly all: number; readonly required: number }> {
    const reply = await COUNTS.run(this.#calls, { queue: this.#queue });
    const [all = 0, required = 0] = asList(reply, "script counts")
      .map((count) => asInteger(count, "script counts"));
    return { all, required };
  }

  /**
   * Finds jobs whose record says `waiting` though their id was in no list just now. The lists move
   * meanwhile, so each has to be looked at again before anything is done to it.
   *
   * @param limit Most of them.
   * @returns Their ids.
   */
  async missingFromLists(limit: number): Promise<string[]> {
    const prefix = `copilot:queue:${this.#queue}:`;
    const waiting = ["ZRANGEBYSCORE", `${prefix}jobs`, ...scoreRange("waiting"), "LIMIT"];
    const missing = await this.#members((first) => [...waiting, first, CHUNK]);
    const set = `${prefix}priorities`;
    const priorities = await this.#members((first, last) => ["ZRANGE", set, first, last]);
    const lists = [
      this.#queue,
      `${this.#queue}:required`,
      ...[...priorities].map((priority) => `${this.#queue}:p${priority}`),
    ];
    for (const list of lists) {
      const members = await this.#members((first, last) => ["LRANGE", list, first, last]);
      for (const id of members) missing.delete(id);
    }
    return [...missing].slice(0, limit);
  }

  /** Fetches all that a range command finds, a chunk at a time. */
  async #members(
    range: (first: number, last: number) => readonly (string | number)[],
  ): Promise<Set<string>> {
    const members = new Set<string>();
    for (let first = 0;; first += CHUNK) {
      const command = range(first, first + CHUNK - 1);
      const chunk = asTexts(await this.#calls.call(command), `${command[0]} ${command[1]}`);
      for (const member of chunk) members.add(member);
      if (chunk.length < CHUNK) return members;
    }
  }
}
