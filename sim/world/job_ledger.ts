/**
 * The safety of the queue, checked after every atomic change of Redis: each job in one state, moved by
 * allowed transitions only, at most one lease, an end that comes once and from whoever holds the lease,
 * a history that tells it all, and the right order.
 *
 * @module
 */
import { isFinal, type JobState, TRANSITIONS } from "../../lib/jobs/job_state.ts";
import type { RedisStore, Write } from "../redis/mod.ts";
import { HISTORY_KEY, isLent, JOB_KEY, QueueData, type StoredJob } from "./queue_data.ts";
import { QueueOrder } from "./queue_order.ts";
import type { Violations } from "./violations.ts";

/** What is remembered of a job. */
export interface KnownJob {
  /** Number in the order of submission. */
  readonly number: number;
  /** State after the last change. */
  state: JobState;
  /** Token of the last lease. */
  token: number;
  /** Time of the last line of its history. */
  lastLineMs: number;
  /** How often it has ended. */
  ends: number;
  /** When it ended last, in milliseconds since the epoch. */
  endedMs: number;
  /** True once it was forgotten, as it may be some time after its end. */
  isForgotten: boolean;
}

/** Options of a {@linkcode JobLedger}. */
export interface JobLedgerOptions {
  readonly store: RedisStore;
  readonly violations: Violations;
  /** False: a hand-out is final, and there are no leases. */
  readonly leases: boolean;
  /** Age at which jobs that have ended may be forgotten, in milliseconds. */
  readonly retentionMs: number;
  /** True where the holder of that lease has reported the job's end, or left its output. */
  readonly isReported: (id: string, token: number, agent: string) => boolean;
  /** Told of each new line of a history. */
  readonly onLine: (line: string) => void;
}

/** The jobs as they should be. */
export class JobLedger implements Disposable {
  readonly #options: JobLedgerOptions;
  readonly #data: QueueData;
  readonly #jobs = new Map<string, KnownJob>();
  readonly #stop: () => void;
  /** Jobs that a power failure has put back to an earlier moment. */
  readonly #setBack = new Set<string>();
  #order = new QueueOrder();
  #submitted = 0;
  #unfinished = 0;
  #forgotten = 0;
  #lastEndMs = 0;
  #effects = 0;
  #isSuspended = false;
  /** Jobs put back. */
  requeued = 0;
  /** Jobs that ended twice. */
  duplicated = 0;

  /** @param options See {@linkcode JobLedgerOptions}. */
  constructor(options: JobLedgerOptions) {
    this.#options = options;
    this.#data = new QueueData(options.store);
    this.#stop = options.store.onWrite((writes) => this.#onWrite(writes));
  }

  /** False: a hand-out is final, and there are no leases. */
  get leases(): boolean {
    return this.#options.leases;
  }

  /** Jobs that have not ended. */
  get unfinished(): number {
    return this.#unfinished;
  }

  /** Jobs that have ended and were forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** When a job has last ended, in milliseconds since the epoch; 0 before. */
  get lastEndMs(): number {
    return this.#lastEndMs;
  }

  /** Number of atomic changes so far. */
  get effects(): number {
    return this.#effects;
  }

  /** All jobs. */
  get jobs(): ReadonlyMap<string, Readonly<KnownJob>> {
    return this.#jobs;
  }

  /** The queue as it should be. */
  get order(): QueueOrder {
    return this.#order;
  }

  /**
   * True for a job that was put back to an earlier moment: a token may have been given twice, and what was
   * acknowledged may be undone.
   */
  wasSetBack(id: string): boolean {
    return this.#setBack.has(id);
  }

  /** Does something to Redis that is no transition, such as losing its last second, and begins anew. */
  rebase<T>(change: () => T): T {
    this.#isSuspended = true;
    const result = change();
    this.#isSuspended = false;
    const waiting: [number, string, StoredJob][] = [];
    this.#unfinished = 0;
    this.#forgotten = 0;
    this.#order = new QueueOrder();
    for (const [id, known] of this.#jobs) {
      const job = this.#data.job(id);
      if (job?.state === undefined && known.isForgotten) {
        this.#forgotten++;
        continue;
      }
      known.isForgotten = false;
      if (job?.state === undefined) {
        this.#jobs.delete(id);
        this.#setBack.add(id);
        continue;
      }
      if (known.state !== job.state || known.token !== job.token) this.#setBack.add(id);
      known.state = job.state;
      known.token = job.token;
      known.ends = isFinal(job.state) ? 1 : 0;
      if (!isFinal(job.state)) this.#unfinished++;
      if (job.state === "waiting") waiting.push([known.number, id, job]);
    }
    waiting.sort(([left], [right]) => left - right);
    for (const [, id, { token, priority }] of waiting) {
      if (token === 0) this.#order.submit(id, priority);
      else this.#order.giveBack(id, priority);
    }
    return result;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #onWrite(writes: readonly Write[]): void {
    if (this.#isSuspended) return;
    this.#effects++;
    const touched = new Map<string, string[]>();
    let isListed = false;
    for (const { command } of writes) {
      const [name = "", key = ""] = command;
      if (key.startsWith(JOB_KEY)) {
        const id = key.slice(JOB_KEY.length);
        if (!touched.has(id)) touched.set(id, []);
      } else if (key.startsWith(HISTORY_KEY)) {
        const id = key.slice(HISTORY_KEY.length);
        const lines = touched.get(id) ?? [];
        if (name === "RPUSH") lines.push(command[2] ?? "");
        touched.set(id, lines);
      } else if (name.endsWith("POP") || name.endsWith("PUSH")) isListed = true;
    }
    for (const [id, lines] of touched) this.#look(id, lines);
    if (isListed || touched.size > 0) this.#checkLengths();
  }

  /** Looks at a job that has changed. */
  #look(id: string, lines: readonly string[]): void {
    const { violations, onLine } = this.#options;
    const job = this.#data.job(id);
    if (job === undefined) return this.#forget(id);
    if (job.state === undefined) {
      return violations.report("one state", `Job ${id} has no state in its record`);
    }
    const known = this.#jobs.get(id) ?? this.#meet(id);
    for (const line of lines) {
      onLine(`${id}\t${line}`);
      this.#checkLine(id, known, line);
    }
    this.#checkState(id, known, job, lines);
    this.#checkLease(id, known, job);
    const before = known.state;
    known.state = job.state;
    known.token = job.token;
    if (before !== job.state) this.#enter(id, known, job, before);
  }

  #meet(id: string): KnownJob {
    const known: KnownJob = {
      number: this.#submitted++,
      state: "held",
      token: 0,
      lastLineMs: 0,
      ends: 0,
      endedMs: 0,
      isForgotten: false,
    };
    this.#jobs.set(id, known);
    this.#unfinished++;
    return known;
  }

  /** A job's record has gone: it must have ended long enough ago, and nothing of it may stay. */
  #forget(id: string): void {
    const { violations, store, retentionMs } = this.#options;
    const known = this.#jobs.get(id);
    const ageMs = store.nowMs - (known?.endedMs ?? Infinity);
    const isDue = known !== undefined && isFinal(known.state) && ageMs >= retentionMs;
    violations.check(
      isDue && !known.isForgotten,
      "retention",
      () => `Job ${id}, ${known?.state}, has no record any more ${ageMs / 1000} s after its end`,
    );
    violations.check(
      !this.#data.hasTraceOf(id),
      "retention",
      () => `Job ${id} was forgotten, but not all that belongs to it`,
    );
    if (known === undefined) return;
    known.isForgotten = true;
    this.#forgotten++;
  }

  #checkLine(id: string, known: KnownJob, line: string): void {
    const { violations } = this.#options;
    const [at = "", event] = line.split("\t", 2);
    const atMs = Number(at);
    violations.check(
      atMs >= known.lastLineMs,
      "history",
      () => `The history of job ${id} goes back in time at ${event}`,
    );
    known.lastLineMs = atMs;
    if (event === "requeued") this.requeued++;
  }

  #checkState(id: string, known: KnownJob, job: StoredJob, lines: readonly string[]): void {
    const { violations } = this.#options;
    const state = job.state ?? "waiting";
    const story = () => `Job ${id} went from ${known.state} to ${state}`;
    const listed = this.#data.listedState(id);
    violations.check(
      listed === state,
      "one state",
      () => `Job ${id} is ${state}, but listed as ${listed ?? "nothing"}`,
    );
    if (state === known.state) return;
    violations.check(TRANSITIONS[known.state].includes(state), "transition", story);
    const isTold = lines.some((line) => line.split("\t", 3)[2] === state);
    violations.check(isTold, "history", () => `${story()}, which its history does not tell`);
  }

  #checkLease(id: string, known: KnownJob, job: StoredJob): void {
    const { violations, leases } = this.#options;
    const state = job.state ?? "waiting";
    const isNew = job.token !== known.token;
    violations.check(
      !isNew || (job.token === known.token + 1 && isLent(state) && known.state === "waiting"),
      "token",
      () => `Job ${id}, ${known.state}, token ${known.token}, now ${state}, token ${job.token}`,
    );
    const isLeased = leases && isLent(state);
    violations.check(
      this.#data.hasLease(id) === isLeased && (!isLent(state) || job.bound === leases),
      "one lease",
      () => `Job ${id} is ${state}, and has ${isLeased ? "no lease" : "a lease"}`,
    );
    violations.check(
      job.attempts <= job.maxAttempts && job.attempts <= job.token,
      "attempts",
      () => `Job ${id} had ${job.attempts} of ${job.maxAttempts} attempts, ${job.token} leases`,
    );
  }

  /** A job has entered another state. */
  #enter(id: string, known: KnownJob, job: StoredJob, before: JobState): void {
    const { violations, store, isReported } = this.#options;
    if (known.state === "waiting") {
      if (job.token === 0) this.#order.submit(id, job.priority);
      else this.#order.giveBack(id, job.priority);
    } else if (before === "waiting" && !isLent(known.state)) {
      this.#order.withdraw(id, job.priority);
    } else if (before === "waiting") {
      const objection = this.#order.take(id, job.priority);
      if (objection !== undefined) {
        violations.report("order", `Job ${id} was handed out though ${objection}`);
      }
    }
    if (isFinal(before)) this.#unfinished++;
    if (!isFinal(known.state)) return;
    this.#unfinished--;
    known.endedMs = this.#lastEndMs = store.nowMs;
    if (++known.ends > 1) {
      this.duplicated++;
      violations.report("ended once", `Job ${id} ended for the ${known.ends}th time`);
    }
    if (job.ended === "") return;
    violations.check(
      Number(job.ended) === job.token && isReported(id, job.token, job.agent),
      "fence",
      () =>
        `Job ${id} was ended by a report that did not come from ${job.agent}, lease ${job.token}`,
    );
  }

  #checkLengths(): void {
    for (const priority of this.#order.priorities()) {
      const length = this.#order.length(priority);
      const listed = this.#data.listLength(priority);
      if (listed === length) continue;
      const told = `${length} jobs of priority ${priority} wait, but ${listed} stand in the list`;
      this.#options.violations.report("one state", told);
    }
  }
}
