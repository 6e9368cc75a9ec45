/**
 * States of a job in AliEn's task queue (`alien.taskQueue.JobStatus`).
 *
 * @module
 */

/** States that this site sets. */
export type SetStatus =
  | "RUNNING"
  | "SAVING"
  | "DONE"
  | "ERROR_IB"
  | "ERROR_E"
  | "ERROR_V"
  | "ERROR_SV";

/** States in which a job is at work at a site. */
const AT_WORK = new Set([
  "ASSIGNED",
  "STARTED",
  "IDLE",
  "INTERACTIV",
  "RUNNING",
  "SAVING",
  "SAVED",
]);
/** States in which it has run, and its output is on its way. */
const BEING_SAVED = new Set(["SAVING", "SAVED"]);

/** True where a job is some site's: this one's, if it was taken here. */
export function isAtWork(status: string): boolean {
  return AT_WORK.has(status);
}

/** True where a job at work may be set to a state: one that it has not, nor has left behind. */
export function mayEnter(status: string, next: SetStatus): boolean {
  return isAtWork(status) && status !== next &&
    !(next === "RUNNING" && BEING_SAVED.has(status));
}
