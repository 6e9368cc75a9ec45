/**
 * The whole queue looked through at once: what no single change shows.
 *
 * @module
 */
import { isFinal } from "../../lib/jobs/job_state.ts";
import { Deque } from "../redis/values/deque.ts";
import { FieldMap } from "../redis/values/field_map.ts";
import type { JobLedger } from "./job_ledger.ts";
import { AGENT_KEY, HISTORY_KEY, isLent, JOB_KEY, type QueueData } from "./queue_data.ts";
import type { Violations } from "./violations.ts";

/** Lines of a job's history at most. */
const LONGEST_HISTORY = 200;
/** Keys of Redis for each job and each lease at most, and beside. */
const KEYS_PER_JOB = 4;
const OTHER_KEYS = 100;

/**
 * Checks that the queue is whole: every known job is there once, and nothing else.
 *
 * @param data The queue.
 * @param ledger What should be in it.
 * @param violations Told of what is not so.
 */
export function sweepQueue(data: QueueData, ledger: JobLedger, violations: Violations): void {
  const { jobs } = ledger;
  let records = 0;
  const holders = new Map<string, string>();
  for (const [key, { value }] of data.entries) {
    if (key.startsWith(JOB_KEY)) records++;
    else if (key.startsWith(AGENT_KEY) && value instanceof FieldMap) {
      const agent = key.slice(AGENT_KEY.length);
      for (const id of value.keys()) {
        const other = holders.get(id);
        holders.set(id, agent);
        violations.check(
          other === undefined && data.job(id)?.agent === agent,
          "one lease",
          () => `Job ${id} is held by ${agent}${other === undefined ? "" : ` and ${other}`}`,
        );
      }
    } else if (key.startsWith(HISTORY_KEY) && value instanceof Deque) {
      violations.check(
        value.length <= LONGEST_HISTORY,
        "bounded",
        () => `${key} has ${value.length} lines`,
      );
    }
  }
  const kept = jobs.size - ledger.forgotten;
  violations.check(
    records === kept,
    "one state",
    () => `${kept} jobs were submitted and not forgotten, ${records} have a record`,
  );
  let lent = 0;
  const waiting = new Set<string>();
  for (const [id, { state, isForgotten }] of jobs) {
    if (isForgotten) continue;
    violations.check(
      data.job(id)?.state === state && data.listedState(id) === state,
      "one state",
      () => `Job ${id} is ${data.job(id)?.state}, listed as ${data.listedState(id)}, not ${state}`,
    );
    if (isLent(state) && ledger.leases) lent++;
    if (state === "waiting") waiting.add(id);
    violations.check(
      isLent(state) || !holders.has(id),
      "one lease",
      () => `Job ${id} is ${state}, but held by ${holders.get(id)}`,
    );
  }
  violations.check(
    data.leases === lent,
    "one lease",
    () => `${lent} jobs are lent, ${data.leases} leases stand in Redis`,
  );
  for (const priority of ledger.order.priorities()) {
    for (const id of data.list(priority)) {
      violations.check(
        waiting.delete(id),
        "one state",
        () => `${id} stands in the list of priority ${priority}, but does not wait in it`,
      );
    }
  }
  violations.check(waiting.size === 0, "one state", () => `${waiting.size} jobs wait in no list`);
  violations.check(
    data.entries.size <= KEYS_PER_JOB * (kept + lent) + OTHER_KEYS,
    "bounded",
    () => `Redis has ${data.entries.size} keys for ${kept} jobs`,
  );
}

/**
 * Checks that every job has ended and nothing of its leases is left. Where a hand-out is final, a job may stay
 * with an agent that died.
 *
 * @returns How many have not ended.
 */
export function checkAllEnded(
  data: QueueData,
  ledger: JobLedger,
  violations: Violations,
  describe: (id: string) => string,
): number {
  let open = 0;
  for (const [id, { state }] of ledger.jobs) {
    if (isFinal(state)) continue;
    open++;
    violations.check(
      !ledger.leases && isLent(state),
      "liveness",
      () => `Job ${id} is still ${state}: ${describe(id)}`,
    );
  }
  violations.check(
    open > 0 || data.leases === 0,
    "bounded",
    () => `${data.leases} leases are left`,
  );
  return open;
}
