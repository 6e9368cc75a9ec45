/**
 * A job as a line of a table, and what may be told of it at all.
 *
 * @module
 */
import type { JobState } from "../../lib/jobs/job_state.ts";
import type { JobRecord } from "../../lib/jobs/job_store.ts";

/** A job as a line of a table. */
export interface JobLine {
  /** Its id. */
  readonly id: string;
  /** Where it stands. */
  readonly state: JobState;
  /** The program that it runs. */
  readonly command: string;
  /** Hand-outs so far and at most. */
  readonly attempts: readonly [made: number, most: number];
  /** Full JID of the agent that holds or held it; empty where none has. */
  readonly agent: string;
  /** Raw wait status; null before the end. */
  readonly exitCode: number | null;
  /** Why it failed or was put back; empty where there is no reason. */
  readonly reason: string;
  /** Time of the last change, milliseconds since the epoch; 0 where nobody knows. */
  readonly changedMs: number;
}

/**
 * Shortens a record to a line.
 *
 * @param job The record.
 * @returns The line.
 */
export function jobLine(job: JobRecord): JobLine {
  return {
    id: job.id,
    state: job.state,
    command: job.description.command,
    attempts: [job.attempts, job.maxAttempts],
    agent: job.agent ?? "",
    exitCode: job.exitCode ?? null,
    reason: job.reason ?? "",
    changedMs: job.changedMs,
  };
}
