/**
 * The job store on Redis. Every transition is one Lua script (folder `scripts`), so any number of
 * managers and tools may work on one Redis, and a caller may be cut off at any point.
 *
 * The original's keys stay as they are, so that its tools and managers can share the queue:
 *
 * | key | type | holds |
 * |---|---|---|
 * | `job:ID:description` | string | the job, as the original writes it |
 * | `waiting_jobs` (name configurable, QUEUE below) | list | exactly the waiting jobs of priority 0 |
 * | `agentseen::LOCALPART` | string | when an agent last asked, in seconds; only with the cooldown on |
 *
 * Ours stand beside them. A job's record is the same whatever queue it is in:
 *
 * | key | type | holds |
 * |---|---|---|
 * | `copilot:job:ID` | hash | the record, fields below |
 * | `copilot:history:ID` | list | lines `atMs event state token agent reason`, parted by tabs; the last 200 |
 * | `copilot:inputs` | hash | input directory → number of records that refer to it |
 *
 * What belongs to one queue bears its name, since several queues may share one Redis:
 *
 * | key | type | holds |
 * |---|---|---|
 * | `QUEUE:pN` | list | the waiting jobs of priority N, N not 0 |
 * | `QUEUE:required` | list | the waiting jobs with requirements, of all priorities |
 * | `copilot:queue:QUEUE:machines` | hash | bare JID of an agent → description of its machine, while jobs with requirements wait |
 * | `copilot:queue:QUEUE:machines:seen` | sorted set | bare JIDs of those agents by when they asked |
 * | `copilot:queue:QUEUE:priorities` | sorted set | the N of those lists that are, or were, filled |
 * | `copilot:queue:QUEUE:jobs` | sorted set | ids of all jobs with a record, by state (first digit of the score) and the time they entered it |
 * | `copilot:queue:QUEUE:deadline` | sorted set | ids of leased jobs by the end of their lease |
 * | `copilot:queue:QUEUE:seen` | sorted set | ids of leased jobs by the last sign of life of their agent |
 * | `copilot:queue:QUEUE:agent:FULLJID` | hash | id → `1` where signs of life extend the lease, else `0` |
 * | `copilot:queue:QUEUE:purged` | hash | id of a forgotten job → what is still to be removed with it |
 * | `copilot:queue:QUEUE:submit:KEY` | string | id of the job submitted under a key; goes with the job |
 *
 * The record's fields are those of {@linkcode JobRecord} by the same names (times in milliseconds by
 * the clock of Redis), and `queue`, `inputDir`, `submitKey`, `session` (of the agent that holds the
 * lease), `bound` (`1` where the last hand-out is a lease, else it is final), `ended` (token whose
 * report ended the job), `adopted` (`1` where the original submitted it). Empty means none.
 *
 * @module
 */
import type { Job } from "../protocol/job.ts";
import { checkInteger, checkSeconds, checkSubmit } from "./_job_checks.ts";
import { JobReader } from "./_job_reader.ts";
import { Lending } from "./_lending.ts";
import { settle, toLeaseStatus, toPurgedJob } from "./_script_replies.ts";
import type { JobState } from "./job_state.ts";
import {
  type Completion,
  type CompletionResult,
  type HistoryEntry,
  type JobRecord,
  type JobStore,
  type LeaseRequest,
  type LeaseStatus,
  type Machine,
  type PurgedJob,
  type SubmitOptions,
  TransitionError,
} from "./job_store.ts";
import type { RedisCalls } from "./redis_calls.ts";
import { asInteger, asList, asText, asTexts, asWord } from "./reply.ts";
import { CANCEL } from "./scripts/cancel.ts";
import { COMPLETE } from "./scripts/complete.ts";
import { CONFIRM } from "./scripts/confirm.ts";
import { COOLDOWN } from "./scripts/cooldown.ts";
import { HOLD } from "./scripts/hold.ts";
import { HOLDS } from "./scripts/holds.ts";
import { NOTE } from "./scripts/note.ts";
import { OVERDUE } from "./scripts/overdue.ts";
import { PURGE } from "./scripts/purge.ts";
import { RECONCILE } from "./scripts/reconcile.ts";
import { RELEASE } from "./scripts/release.ts";
import { REQUEUE } from "./scripts/requeue.ts";
import { RERUN } from "./scripts/rerun.ts";
import { SUBMIT } from "./scripts/submit.ts";
import { TOUCH } from "./scripts/touch.ts";

/** Options of {@linkcode RedisJobStore}. */
export interface RedisJobStoreOptions {
  /** Name of the waiting list, `JM_WAITING_JOBS_LIST`. Default: `waiting_jobs`. */
  readonly waitingList?: string | undefined;
  /** False: a hand-out is final and whoever reports is believed, as in the original. Default: true. */
  readonly leases?: boolean | undefined;
  /** `fifo`: the oldest job first. `lifo`: the newest, as in the original. Default: `fifo`. */
  readonly order?: "fifo" | "lifo" | undefined;
  /** Lines kept of each job's history. Default: 200. */
  readonly historyLimit?: number | undefined;
  /** Hand-outs of jobs that ask for no other number, the original's included. Default: 5. */
  readonly maxAttempts?: number | undefined;
}

const RESULTS: readonly CompletionResult[] = ["done", "repeated", "stale", "foreign", "unknown"];

/** A job store on Redis. */
export class RedisJobStore implements JobStore {
  readonly #calls: RedisCalls;
  readonly #queue: string;
  readonly #leases: boolean;
  readonly #order: "fifo" | "lifo";
  readonly #historyLimit: number;
  readonly #maxAttempts: number;
  readonly #reader: JobReader;
  readonly #lending: Lending;

  /**
   * Sends nothing yet: the queue need not exist, and Redis need not be reachable.
   *
   * @param calls The connection; stays the caller's to close.
   * @param options Name, order and limits of the queue.
   * @throws {RangeError} When an option is out of bounds.
   */
  constructor(calls: RedisCalls, options: RedisJobStoreOptions = {}) {
    const queue = options.waitingList ?? "waiting_jobs";
    if (queue === "" || /:(?:p-?\d+|required)$/.test(queue)) {
      throw new RangeError(`Cannot use waiting list ${JSON.stringify(queue)}: bad name`);
    }
    this.#calls = calls;
    this.#queue = queue;
    this.#leases = options.leases ?? true;
    this.#order = options.order ?? "fifo";
    this.#historyLimit = checkInteger("historyLimit", options.historyLimit ?? 200, 1, 10_000);
    this.#maxAttempts = checkInteger("maxAttempts", options.maxAttempts ?? 5, 1, 1_000_000);
    this.#reader = new JobReader(calls, queue, this.#maxAttempts);
    this.#lending = new Lending(calls, {
      ...this.#context,
      leases: this.#leases,
      oldestFirst: this.#order === "fifo",
      maxAttempts: this.#maxAttempts,
    });
  }

  /** See {@linkcode JobStore.submit}. @throws {RangeError} @throws {TransitionError} */
  async submit(
    job: Job,
    options: SubmitOptions = {},
  ): Promise<{ readonly id: string; readonly created: boolean }> {
    const reply = await SUBMIT.run(this.#calls, {
      ...this.#context,
      ...checkSubmit(job, options, this.#maxAttempts),
    });
    const [id, outcome] = asTexts(reply, "script submit");
    const word = asWord(outcome, "script submit", ["created", "known", "taken"]);
    if (word === "taken") {
      const reason = "another job bears that id";
      throw new TransitionError(`Cannot submit job ${job.id}: ${reason}`, undefined);
    }
    return { id: asText(id, "script submit"), created: word === "created" };
  }

  /** See {@linkcode JobStore.lease}. */
  lease(request: LeaseRequest): ReturnType<JobStore["lease"]> {
    return this.#lending.lease(request);
  }

  /** See {@linkcode JobStore.confirm}. */
  async confirm(id: string, token: number, leaseSeconds: number): Promise<boolean> {
    const seconds = checkSeconds("lease", leaseSeconds);
    const args = { historyLimit: this.#historyLimit, id, token, leaseSeconds: seconds };
    return asInteger(await CONFIRM.run(this.#calls, args), "script confirm") === 1;
  }

  /** See {@linkcode JobStore.touch}. */
  async touch(agent: string, leaseSeconds: number): Promise<number> {
    const seconds = checkSeconds("lease", leaseSeconds);
    const args = { queue: this.#queue, agent, leaseSeconds: seconds };
    return asInteger(await TOUCH.run(this.#calls, args), "script touch");
  }

  /** See {@linkcode JobStore.holds}. */
  async holds(id: string, token: number | undefined, agent: string): Promise<boolean> {
    if (!this.#leases) return true;
    const args = { queue: this.#queue, id, token: token ?? "", agent: bare(agent) };
    return asInteger(await HOLDS.run(this.#calls, args), "script holds") === 1;
  }

  /** See {@linkcode JobStore.owesAcknowledgement}. */
  async owesAcknowledgement(agent: string, session = ""): Promise<boolean> {
    const key = `copilot:queue:${this.#queue}:agent:${agent}`;
    const ids = asTexts(await this.#calls.call(["HKEYS", key]), key);
    if (session !== "") return ids.length > 0;
    for (const id of ids) {
      if (await this.#calls.call(["HGET", `copilot:job:${id}`, "state"]) === "leased") return true;
    }
    return false;
  }

  /** See {@linkcode JobStore.silentLeases}. */
  silentLeases(silentSeconds: number, limit: number, offset = 0): Promise<LeaseStatus[]> {
    return this.#overdue("seen", checkSeconds("silence", silentSeconds), limit, offset);
  }

  /** See {@linkcode JobStore.expiredLeases}. */
  expiredLeases(limit: number): Promise<LeaseStatus[]> {
    return this.#overdue("deadline", 0, limit, 0);
  }

  async #overdue(
    by: "seen" | "deadline",
    seconds: number,
    limit: number,
    offset: number,
  ): Promise<LeaseStatus[]> {
    const args = {
      queue: this.#queue,
      by,
      seconds,
      limit: checkInteger("limit", limit, 1, 10_000),
      offset: checkInteger("offset", offset, 0, 1_000_000),
    };
    const reply = await OVERDUE.run(this.#calls, args);
    return asList(reply, "script overdue").map(toLeaseStatus);
  }

  /** See {@linkcode JobStore.requeue}. @throws {SyntaxError} When the job's record is corrupt. */
  async requeue(
    lease: { readonly id: string; readonly token: number; readonly seenMs?: number | undefined },
    reason: string,
    options: { readonly countAttempt?: boolean | undefined } = {},
  ): Promise<"requeued" | "failed" | "unchanged"> {
    const reply = await REQUEUE.run(this.#calls, {
      historyLimit: this.#historyLimit,
      id: lease.id,
      token: lease.token,
      seenMs: lease.seenMs ?? "",
      reason,
      countAttempt: options.countAttempt === false ? "" : "1",
      pushCommand: this.#order === "fifo" ? "RPUSH" : "LPUSH",
    });
    const words = ["requeued", "failed", "unchanged", "corrupt"] as const;
    const word = asWord(reply, "script requeue", words);
    if (word === "corrupt") {
      throw new SyntaxError(`Cannot read copilot:job:${lease.id}: bad attempts or maxAttempts`);
    }
    return word;
  }

  /** See {@linkcode JobStore.complete}. */
  async complete(completion: Completion): Promise<CompletionResult> {
    const { exitCode, validateExitCode, wallSeconds } = completion;
    const reply = await COMPLETE.run(this.#calls, {
      ...this.#context,
      id: completion.id,
      token: completion.token ?? "",
      agent: bare(completion.agent),
      outcome: completion.outcome,
      exitCode,
      validateExitCode: validateExitCode ?? "",
      wallSeconds: wallSeconds ?? "",
      reason: completion.reason ?? "",
      archive: completion.archive ?? "",
      leases: this.#leases ? "1" : "",
      maxAttempts: this.#maxAttempts,
    });
    return asWord(reply, "script complete", RESULTS);
  }

  /** See {@linkcode JobStore.cancel}. */
  async cancel(id: string, reason: string): Promise<void> {
    const args = { ...this.#context, id, reason, maxAttempts: this.#maxAttempts };
    settle("cancel", id, await CANCEL.run(this.#calls, args));
  }

  /** See {@linkcode JobStore.hold}. */
  async hold(id: string, reason: string): Promise<void> {
    const args = { ...this.#context, id, reason, maxAttempts: this.#maxAttempts };
    settle("hold", id, await HOLD.run(this.#calls, args));
  }

  /** See {@linkcode JobStore.release}. */
  async release(id: string): Promise<void> {
    settle("release", id, await RELEASE.run(this.#calls, { ...this.#context, id }));
  }

  /** See {@linkcode JobStore.rerun}. */
  async rerun(id: string): Promise<void> {
    settle("rerun", id, await RERUN.run(this.#calls, { ...this.#context, id }));
  }

  /** See {@linkcode JobStore.get}. @throws {SyntaxError} When its record is corrupt. */
  get(id: string): Promise<JobRecord | undefined> {
    return this.#reader.get(id);
  }

  /** See {@linkcode JobStore.inputDir}. */
  inputDir(id: string): Promise<string | undefined> {
    return this.#reader.inputDir(id);
  }

  /** See {@linkcode JobStore.list}. @throws {SyntaxError} When a record is corrupt. */
  list(
    options: {
      readonly state?: JobState | undefined;
      readonly limit?: number | undefined;
      readonly offset?: number | undefined;
    } = {},
  ): Promise<JobRecord[]> {
    return this.#reader.list(options);
  }

  /** See {@linkcode JobStore.history}. */
  history(id: string): Promise<HistoryEntry[]> {
    return this.#reader.history(id);
  }

  /** See {@linkcode JobStore.note}. */
  async note(
    id: string,
    event: string,
    details: { readonly agent?: string; readonly reason?: string } = {},
  ): Promise<void> {
    const { agent = "", reason = "" } = details;
    const args = { historyLimit: this.#historyLimit, id, event, agent, reason };
    asInteger(await NOTE.run(this.#calls, args), "script note");
  }

  /** See {@linkcode JobStore.counts}. */
  counts(): Promise<Record<JobState, number>> {
    return this.#reader.counts();
  }

  /** See {@linkcode JobStore.waiting}. */
  async waiting(): Promise<number> {
    return (await this.#reader.waitingJobs()).all;
  }

  /** See {@linkcode JobStore.hasJobFor}. */
  async hasJobFor(agent: string, machine: Machine): Promise<boolean> {
    const { all, required } = await this.#reader.waitingJobs();
    if (all > required || all === 0) return all > 0;
    return (await this.#lending.required.suiting(agent, machine)).length > 0;
  }

  /** See {@linkcode JobStore.askedTooSoon}. */
  async askedTooSoon(localPart: string, seconds: number): Promise<boolean> {
    const args = { localPart, seconds: checkSeconds("cooldown", seconds) };
    return asInteger(await COOLDOWN.run(this.#calls, args), "script cooldown") === 1;
  }

  /** See {@linkcode JobStore.reconcile}. */
  async reconcile(limit: number): Promise<string[]> {
    const ids = await this.#reader.missingFromLists(checkInteger("limit", limit, 1, 10_000));
    if (ids.length === 0) return [];
    const args = { historyLimit: this.#historyLimit };
    return asTexts(await RECONCILE.run(this.#calls, args, ids), "script reconcile");
  }

  /** See {@linkcode JobStore.purge}. */
  async purge(olderThanSeconds: number, limit: number): Promise<PurgedJob[]> {
    const reply = await PURGE.run(this.#calls, {
      queue: this.#queue,
      seconds: checkSeconds("age", olderThanSeconds),
      limit: checkInteger("limit", limit, 1, 10_000),
    });
    const texts = asTexts(reply, "script purge");
    return Array.from(
      { length: texts.length / 2 },
      (_, index) => toPurgedJob(texts[2 * index] ?? "", texts[2 * index + 1] ?? ""),
    );
  }

  /** See {@linkcode JobStore.cleared}. */
  async cleared(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#calls.call(["HDEL", `copilot:queue:${this.#queue}:purged`, ...ids]);
  }

  get #context() {
    return { queue: this.#queue, historyLimit: this.#historyLimit };
  }
}

/** A JID without its resource. */
function bare(jid: string): string {
  const slash = jid.indexOf("/");
  return slash < 0 ? jid : jid.slice(0, slash);
}
