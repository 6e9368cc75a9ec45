/**
 * How a job's state and the time it entered it make one score: a digit for the state, then the time in
 * milliseconds as thirteen digits. So one sorted set holds all jobs of a queue, each in one state by
 * construction, and a state is a range of scores.
 *
 * @module
 */
import { JOB_STATES, type JobState } from "../job_state.ts";

/** First digit of the scores of a state. They stand in Redis: never change one. */
export const STATE_DIGITS: Readonly<Record<JobState, string>> = {
  waiting: "1",
  held: "2",
  leased: "3",
  running: "4",
  succeeded: "5",
  failed: "6",
  cancelled: "7",
};

/** A Lua table of the digits by state. */
export const DIGITS_IN_LUA = `{${
  JOB_STATES.map((state) => `${state}='${STATE_DIGITS[state]}'`).join(", ")
}}`;

/** The score of a state entered at `now`, as a Lua expression. */
export function scoreNow(state: JobState): string {
  return `'${STATE_DIGITS[state]}' .. now`;
}

/** Smallest and greatest score of a state. */
export function scoreRange(state: JobState): readonly [least: string, greatest: string] {
  return [`${STATE_DIGITS[state]}${"0".repeat(13)}`, `${STATE_DIGITS[state]}${"9".repeat(13)}`];
}
