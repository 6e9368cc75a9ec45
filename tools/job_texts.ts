/**
 * How tools show a job's state and exit code.
 *
 * @module
 */
import type { Style } from "../lib/cli.ts";
import type { JobState } from "../lib/jobs/job_state.ts";

/** Colour of a state in tables. */
export function stateStyle(state: JobState): Style | undefined {
  const styles: Partial<Record<JobState, Style>> = {
    succeeded: "green",
    failed: "red",
    cancelled: "yellow",
    running: "cyan",
    leased: "cyan",
    held: "yellow",
  };
  return styles[state];
}

/** A raw wait status as people say it: `0`, `exit 3`, `signal 9`. */
export function exitText(waitStatus: number | undefined): string {
  if (waitStatus === undefined) return "";
  if (waitStatus === 0) return "0";
  return waitStatus < 256 ? `signal ${waitStatus & 127}` : `exit ${waitStatus >> 8}`;
}
