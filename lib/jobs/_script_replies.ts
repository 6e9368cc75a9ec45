/**
 * Reads what the scripts of the job store return.
 *
 * @module
 */
import { parseJobDescription } from "../protocol/job.ts";
import { JOB_STATES } from "./job_state.ts";
import { type Lease, type LeaseStatus, type PurgedJob, TransitionError } from "./job_store.ts";
import type { RedisReply } from "./redis_calls.ts";
import { asInteger, asList, asText, asTexts, asWord } from "./reply.ts";

/** Most output directories named for one purged job, the newest ones. */
const MOST_OUTPUT_DIRECTORIES = 1000;

/**
 * Reads a lease.
 *
 * @param lent What the lease script returns behind the status and the invalid ids.
 * @param repeated Whether the agent held it already.
 * @returns The lease.
 * @throws {RedisError} When the answer has another shape.
 */
export function toLease(lent: readonly RedisReply[], repeated: boolean): Lease {
  const [id, token, attempt, leasedMs, ...rest] = lent;
  const [description = "", script = "", wallTime = "", output = ""] = asTexts(rest, "script lease");
  return {
    job: {
      id: asText(id, "script lease"),
      ...parseJobDescription(description),
      ...(script === "" ? {} : { validationScript: script }),
      ...(wallTime === "" ? {} : { wallTimeSeconds: Number(wallTime) }),
      ...(output === "" ? {} : { outputBytes: Number(output) }),
    },
    token: asInteger(token, "script lease"),
    attempt: asInteger(attempt, "script lease"),
    leasedMs: asInteger(leasedMs, "script lease"),
    repeated,
  };
}

/**
 * Reads a lease that is overdue.
 *
 * @param reply One element of what the overdue script returns.
 * @returns The lease.
 * @throws {RedisError} When the answer has another shape.
 */
export function toLeaseStatus(reply: RedisReply): LeaseStatus {
  const [id, token, agent, seenMs, deadlineMs] = asList(reply, "script overdue");
  return {
    id: asText(id, "script overdue"),
    token: asInteger(token, "script overdue"),
    agent: asText(agent, "script overdue"),
    seenMs: asInteger(seenMs, "script overdue"),
    deadlineMs: asInteger(deadlineMs, "script overdue"),
  };
}

/**
 * Reads a job that was purged.
 *
 * @param id The job.
 * @param text What the purge script says of it.
 * @returns The job, with its own output directories among those that nobody needs any more.
 */
export function toPurgedJob(id: string, text: string): PurgedJob {
  const [token, archive, ...directories] = text.split("\t");
  const last = Number(token);
  const first = Math.max(1, last - MOST_OUTPUT_DIRECTORIES + 1);
  for (let lease = first; lease <= last; lease++) directories.push(`${id}.${lease}`);
  return { id, directories, archive: archive || undefined };
}

/**
 * Turns the answer of a script that moves a job by its owner's wish into an error, unless it is done.
 *
 * @param action What was asked for: the script's name.
 * @param id The job.
 * @param reply What the script returns.
 * @throws {TransitionError} When the job's state forbids it.
 * @throws {RedisError} When the answer has another shape.
 */
export function settle(action: string, id: string, reply: RedisReply): void {
  const word = asWord(reply, `script ${action}`, ["done", "", "gone", ...JOB_STATES]);
  if (word === "done") return;
  const why = word === ""
    ? "there is no such job"
    : word === "gone"
    ? "its description is gone"
    : `it is ${word}`;
  const state = JOB_STATES.find((state) => state === word);
  throw new TransitionError(`Cannot ${action} job ${id}: ${why}`, state);
}
