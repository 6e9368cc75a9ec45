/**
 * The states of a job and the one table of transitions between them.
 *
 * @module
 */

/** Where a job stands. */
export type JobState =
  /** In the queue. */
  | "waiting"
  /** Taken out of the queue by its owner. */
  | "held"
  /** Handed to an agent that has not acknowledged it yet. */
  | "leased"
  /** At work on an agent. */
  | "running"
  | "succeeded"
  | "failed"
  | "cancelled";

/** Every allowed transition: from a state to the states that may follow it. */
export const TRANSITIONS: Readonly<Record<JobState, readonly JobState[]>> = {
  waiting: ["leased", "held", "cancelled", "running"],
  held: ["waiting", "cancelled"],
  leased: ["running", "waiting", "succeeded", "failed", "cancelled"],
  running: ["waiting", "succeeded", "failed", "cancelled"],
  succeeded: ["waiting"],
  failed: ["waiting"],
  cancelled: ["waiting"],
};

/** All states, in the order of a job's life. */
export const JOB_STATES = Object.keys(TRANSITIONS) as readonly JobState[];

/** True for a state in which a job has ended. */
export function isFinal(state: JobState): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}
