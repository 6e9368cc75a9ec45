/**
 * The seam to the job queue: what is submitted, who runs it, how it ended. Implemented on Redis by
 * {@linkcode RedisJobStore}; the simulator runs the same code on its own Redis.
 *
 * @module
 */
import type { Job, JobDescription } from "../protocol/job.ts";
import type { JobState } from "./job_state.ts";

/** What a submitter may ask for beside the description. */
export interface SubmitOptions {
  /** A repeated submit with the same key changes nothing and gives the same job. Default: none. */
  readonly key?: string | undefined;
  /** Higher runs first; 0 is the queue shared with the original. Default: 0. */
  readonly priority?: number | undefined;
  /** True: wait until released. Default: false. */
  readonly held?: boolean | undefined;
  /** Hand-outs before the job is given up. Default: 5. */
  readonly maxAttempts?: number | undefined;
  /** Script that judges the output, one of the input files. Default: none. */
  readonly validationScript?: string | undefined;
  /** Longest run in seconds. Default: none. */
  readonly wallTimeSeconds?: number | undefined;
  /** Largest job directory in bytes. Default: none. */
  readonly outputBytes?: number | undefined;
  /**
   * What a machine must have, as a ClassAd expression over its description, such as
   * `other.Memory > 8192`. Such a job is handed out before those that any machine may run, and by our
   * managers alone. Default: any machine will do.
   */
  readonly requirements?: string | undefined;
}

/** All that is known of a job. Times are milliseconds since the epoch by the clock of Redis. */
export interface JobRecord {
  /** A UUID, unless the submitter chose another name; that of directories and archive, too. */
  readonly id: string;
  /** Where it stands; {@linkcode TRANSITIONS} says what may follow. */
  readonly state: JobState;
  /** What is to be run; all fields empty where it is gone from Redis or unreadable. */
  readonly description: JobDescription;
  /** Higher runs first; 0 is the queue shared with the original. */
  readonly priority: number;
  /** Hand-outs so far, but for those that an agent gave back unused. */
  readonly attempts: number;
  /** Hand-outs before it is given up. */
  readonly maxAttempts: number;
  /** Time of the submit; of the take-over for a job that the original submitted. */
  readonly submittedMs: number;
  /** Time of the last transition. */
  readonly changedMs: number;
  /** Time of the last hand-out. */
  readonly leasedMs?: number | undefined;
  /** When it ended: succeeded, failed or cancelled. */
  readonly finishedMs?: number | undefined;
  /** Fencing token of the last lease; 0 before the first. */
  readonly token: number;
  /** Full JID of the agent that holds or held the last lease; bare where another one reported. */
  readonly agent?: string | undefined;
  /** Name of that agent's machine, as it says itself. */
  readonly agentHost?: string | undefined;
  /** Full JID of the manager that made it. */
  readonly manager?: string | undefined;
  /** When the lease ends unless extended. */
  readonly deadlineMs?: number | undefined;
  /** Last sign of life of the agent. */
  readonly seenMs?: number | undefined;
  /** Raw wait status of the job. */
  readonly exitCode?: number | undefined;
  /** Raw wait status of its validation. */
  readonly validateExitCode?: number | undefined;
  /** User CPU or wall time that the agent reported, in seconds. */
  readonly wallSeconds?: number | undefined;
  /** Why it failed or was put back, in a sentence. */
  readonly reason?: string | undefined;
  /** Its archive, relative to the done-job directory. */
  readonly archive?: string | undefined;
  /** Script that judges the output, as submitted. */
  readonly validationScript?: string | undefined;
  /** Longest run in seconds, as submitted. */
  readonly wallTimeSeconds?: number | undefined;
  /** Largest job directory in bytes, as submitted. */
  readonly outputBytes?: number | undefined;
  /** What a machine must have, as submitted. */
  readonly requirements?: string | undefined;
}

/** One line of a job's history. */
export interface HistoryEntry {
  /** Milliseconds since the epoch by the clock of Redis. */
  readonly atMs: number;
  /** What happened: `submitted`, `leased`, `started`, `requeued`, `stale result` … */
  readonly event: string;
  /** State after it. */
  readonly state: JobState;
  /** Token of the lease that it is about; for a stale result the one that was reported. */
  readonly token?: number | undefined;
  /** JID of the agent that it is about. */
  readonly agent?: string | undefined;
  /** Why, in a sentence. */
  readonly reason?: string | undefined;
}

/** The machine of an agent, for jobs with requirements. */
export interface Machine {
  /** Its description, as its agent sent it. */
  readonly jdl: string;
  /** Whether it has what a job requires. */
  meets(requirements: string): boolean;
}

/** Who asks for a job, and for how long it is lent. */
export interface LeaseRequest {
  /** The agent's machine. Default: not known, and no job with requirements is lent to it. */
  readonly machine?: Machine | undefined;
  /** Full JID of the agent. */
  readonly agent: string;
  /** Name of its machine, to be kept with the job. Default: not known. */
  readonly agentHost?: string | undefined;
  /** Id of the agent's process, where it announces one; another one ends the old process's lease. */
  readonly session?: string | undefined;
  /** Full JID of the manager. */
  readonly manager: string;
  /** Length of the lease once the agent has acknowledged `runJob`. */
  readonly leaseSeconds: number;
  /** Length until then: a `runJob` that is never acknowledged soon frees the job again. */
  readonly unacknowledgedSeconds: number;
}

/** A job lent to an agent. */
export interface Lease {
  /** Everything that goes into `runJob`. */
  readonly job: Job;
  /** Grows with each lease of the job. */
  readonly token: number;
  /** 1 for the first hand-out. */
  readonly attempt: number;
  /** Time of the hand-out, milliseconds since the epoch. */
  readonly leasedMs: number;
  /** True where the agent already held this lease, unacknowledged. */
  readonly repeated: boolean;
}

/** A lease whose agent should be asked whether it lives, or whose time is over. */
export interface LeaseStatus {
  /** Id of the job. */
  readonly id: string;
  /** Says which of the job's leases it is. */
  readonly token: number;
  /** Full JID of the agent. */
  readonly agent: string;
  /** Last sign of life of the agent, milliseconds since the epoch. */
  readonly seenMs: number;
  /** When the lease ends unless extended, milliseconds since the epoch. */
  readonly deadlineMs: number;
}

/** How a job ended, as an agent reports it. */
export interface Completion {
  /** Id of the job. */
  readonly id: string;
  /** Token that the agent echoes; `undefined` from one that was handed none. */
  readonly token: number | undefined;
  /** Bare JID of the agent. */
  readonly agent: string;
  /** State that the job enters: the manager judges by exit codes, limits and archive. */
  readonly outcome: "succeeded" | "failed";
  /** Raw wait status of the job: exit code × 256, or the number of the signal that killed it. */
  readonly exitCode: number;
  /** Raw wait status of its validation. Default: it has none. */
  readonly validateExitCode?: number | undefined;
  /** Time that it ran, in seconds; an agent of the original reports user CPU time. */
  readonly wallSeconds?: number | undefined;
  /** Why it failed, in a sentence. Default: the exit codes say it all. */
  readonly reason?: string | undefined;
  /** Its archive, relative to the done-job directory. Default: none arrived. */
  readonly archive?: string | undefined;
}

/**
 * What came of a report:
 * - `done`: stored now;
 * - `repeated`: the same lease had ended the job already, nothing changed;
 * - `stale`: the lease is not, or no longer, this agent's; noted in the job's history;
 * - `foreign`: the job has a description but no record (submitted and handed out by the original);
 *   recorded now as ended;
 * - `unknown`: no such job.
 */
export type CompletionResult = "done" | "repeated" | "stale" | "foreign" | "unknown";

/** Why a transition was not made; the store is unchanged. */
export class TransitionError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "TransitionError";

  /**
   * Names what was refused.
   *
   * @param message Action, job and state in a sentence.
   * @param state The state the job is in; `undefined` where there is no such job.
   */
  constructor(message: string, readonly state: JobState | undefined) {
    super(message);
  }
}

/** What a clean-up took out of the store. */
export interface PurgedJob {
  /** Id of the job, free to be used again. */
  readonly id: string;
  /** Directories of the Chirp folder that no job needs any more. */
  readonly directories: readonly string[];
  /** Its archive, relative to the done-job directory; `undefined` where none arrived. */
  readonly archive: string | undefined;
}

/** The queue and its memory. Every change is one atomic step, safe under many managers. */
export interface JobStore {
  /** Puts a job into the queue. Returns the id that stands for it: an older one for a known key. */
  submit(
    job: Job,
    options?: SubmitOptions,
  ): Promise<{ readonly id: string; readonly created: boolean }>;

  /**
   * Lends the next job. An agent that holds an unacknowledged lease gets the same one again. Jobs
   * of the original without a record of ours are taken over; ids without a description are dropped
   * and returned in `invalid`, as are ids that cannot name a directory or whose record is corrupt.
   */
  lease(
    request: LeaseRequest,
  ): Promise<{ readonly lease?: Lease; readonly invalid: readonly string[] }>;
  /** The agent has acknowledged `runJob`: the job runs, the lease gets its full length. */
  confirm(id: string, token: number, leaseSeconds: number): Promise<boolean>;
  /**
   * A sign of life of a full JID: it is noted for each of its leases. Those whose job runs are extended;
   * not an unacknowledged one (its `runJob` may never have arrived), nor one beside which the agent has
   * asked for another job (it may have started anew), with a session later than `unacknowledgedSeconds`
   * after the hand-out. Returns how many there are.
   */
  touch(agent: string, leaseSeconds: number): Promise<number>;
  /**
   * True where token and bare JID are those of a lease that holds now, leases are off, or the hand-out
   * was final (made with leases off or by the original): where {@linkcode complete} would not be stale.
   */
  holds(id: string, token: number | undefined, agent: string): Promise<boolean>;
  /**
   * True where a full JID that asks for a job holds a lease that {@linkcode lease} would give it again or
   * end: one that it has not acknowledged; with a session any, for such an agent asks only when it has
   * nothing to do, so that what it holds was an earlier process's, or its end was lost.
   */
  owesAcknowledgement(agent: string, session?: string): Promise<boolean>;
  /** Leases without a sign of life for so long, oldest first; the first `offset` are left out. Default: 0. */
  silentLeases(silentSeconds: number, limit: number, offset?: number): Promise<LeaseStatus[]>;
  /** Leases past their deadline, oldest first. */
  expiredLeases(limit: number): Promise<LeaseStatus[]>;
  /**
   * Ends a lease and puts the job back to the head of its queue, or fails it at its last attempt.
   * Nothing happens where the lease has ended or, with `seenMs`, the agent was seen since.
   */
  requeue(
    lease: { readonly id: string; readonly token: number; readonly seenMs?: number | undefined },
    reason: string,
    options?: { readonly countAttempt?: boolean | undefined },
  ): Promise<"requeued" | "failed" | "unchanged">;

  /** Stores how a job ended. */
  complete(completion: Completion): Promise<CompletionResult>;

  /** Ends a job that has not ended. @throws {TransitionError} */
  cancel(id: string, reason: string): Promise<void>;
  /** Takes a waiting job out of the queue. @throws {TransitionError} */
  hold(id: string, reason: string): Promise<void>;
  /** Puts a held job back into the queue. @throws {TransitionError} */
  release(id: string): Promise<void>;
  /** Puts an ended job into the queue again, attempts counted anew. @throws {TransitionError} */
  rerun(id: string): Promise<void>;

  /**
   * A job's record; `undefined`: no such job. A waiting job of the original is shown as it stands, its
   * times 0 for unknown. A description that is gone or unreadable is shown with empty fields.
   */
  get(id: string): Promise<JobRecord | undefined>;
  /** Where a job's input files lie; `undefined`: it has none, or no record. Far cheaper than the record. */
  inputDir(id: string): Promise<string | undefined>;
  /**
   * Jobs, last changed first, waiting ones of the original at the end. `state`: only those. `limit`
   * default 100, at most 1000; `offset` default 0.
   */
  list(options?: {
    readonly state?: JobState | undefined;
    readonly limit?: number | undefined;
    readonly offset?: number | undefined;
  }): Promise<JobRecord[]>;
  /** A job's history, oldest first; bounded to the last 200 entries. */
  history(id: string): Promise<HistoryEntry[]>;
  /** Adds a line to a job's history that is no transition. */
  note(
    id: string,
    event: string,
    details?: { readonly agent?: string; readonly reason?: string },
  ): Promise<void>;
  /** Number of jobs in each state. */
  counts(): Promise<Record<JobState, number>>;
  /** Number of jobs that wait, those of the original included. */
  waiting(): Promise<number>;
  /**
   * True where {@linkcode lease} would now find a job for the machine. Of the jobs with requirements only
   * the hundred that wait longest are looked at.
   *
   * @param agent Full JID of the agent.
   * @param machine Its machine.
   */
  hasJobFor(agent: string, machine: Machine): Promise<boolean>;

  /**
   * The original's cooldown: remembers that an agent asked, under `agentseen::LOCALPART`.
   *
   * @returns True where it had asked less than `seconds` ago (the memory is then left as it was).
   */
  askedTooSoon(localPart: string, seconds: number): Promise<boolean>;
  /** Records that say `waiting` though a manager of the original took the job: marks them running. */
  reconcile(limit: number): Promise<string[]>;
  /**
   * Forgets jobs that ended more than so long ago, with description, history and submit key. A
   * directory that another job has as its input is named when that job goes. Jobs of earlier calls that
   * were not {@linkcode cleared} come again, first: their caller may have been cut off.
   */
  purge(olderThanSeconds: number, limit: number): Promise<PurgedJob[]>;
  /** The directories of purged jobs are removed: nothing of those jobs is left. */
  cleared(ids: readonly string[]): Promise<void>;
}
