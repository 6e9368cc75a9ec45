/**
 * What must hold in Redis between any two steps, whoever made them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { isFinal, JOB_STATES } from "../../../lib/jobs/job_state.ts";
import type { JobRecord } from "../../../lib/jobs/job_store.ts";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import { scoreRange } from "../../../lib/jobs/scripts/_state_digits.ts";
import { asTexts } from "../../../lib/jobs/reply.ts";

async function texts(calls: RedisCalls, ...command: (string | number)[]): Promise<string[]> {
  return asTexts(await calls.call(command), command.join(" "));
}

async function checkLease(calls: RedisCalls, job: JobRecord, prefix: string): Promise<void> {
  const key = `copilot:job:${job.id}`;
  const bound = await calls.call(["HGET", key, "bound"]) === "1";
  const leased = bound && (job.state === "leased" || job.state === "running");
  assertEquals(job.deadlineMs !== undefined, leased, `${job.id}: deadline`);
  assertEquals(job.seenMs !== undefined, leased, `${job.id}: last sign of life`);
  if (!leased || job.agent === undefined) return;
  const extended = await calls.call(["HGET", `${prefix}agent:${job.agent}`, job.id]);
  assert(extended === null || extended === (job.state === "leased" ? "0" : extended), job.id);
}

async function checkHistory(store: RedisJobStore, job: JobRecord): Promise<void> {
  const history = await store.history(job.id);
  let atMs = 0;
  let token = 0;
  for (const entry of history) {
    assert(entry.atMs >= atMs, `${job.id}: history goes back in time`);
    atMs = entry.atMs;
    if (entry.event === "leased") {
      assertEquals(entry.token, token + 1, `${job.id}: tokens grow by one`);
      token = entry.token ?? 0;
    }
  }
  if (history.length > 0) assertEquals(history.at(-1)?.state, job.state, `${job.id}: last line`);
}

/**
 * Checks that each job is in exactly one state, in the right list, with at most one lease, and that
 * nothing refers to a job that is not there.
 *
 * @param calls A connection to the data.
 * @param queue Name of the waiting list.
 * @returns All jobs that have a record.
 */
export async function checkInvariants(
  calls: RedisCalls,
  queue = "waiting_jobs",
): Promise<JobRecord[]> {
  const store = new RedisJobStore(calls, { waitingList: queue });
  const prefix = `copilot:queue:${queue}:`;
  const keys = await texts(calls, "KEYS", "copilot:job:*");
  const jobs: JobRecord[] = [];
  for (const key of keys.sort()) {
    const job = await store.get(key.slice("copilot:job:".length));
    assert(job !== undefined);
    jobs.push(job);
    assert(job.attempts <= job.maxAttempts, `${job.id}: ${job.attempts} attempts`);
    assert(job.attempts <= job.token, `${job.id}: ${job.attempts} attempts of ${job.token} leases`);
    assertEquals(job.finishedMs !== undefined, isFinal(job.state), `${job.id}: time of its end`);
    await checkLease(calls, job, prefix);
    await checkHistory(store, job);
  }

  const recorded = (check: (job: JobRecord) => boolean) =>
    jobs.filter(check).map((job) => job.id).sort();
  for (const state of JOB_STATES) {
    const range = scoreRange(state);
    const members = await texts(calls, "ZRANGEBYSCORE", `${prefix}jobs`, ...range);
    assertEquals(members.sort(), recorded((job) => job.state === state), `${state} jobs`);
  }
  assertEquals(await calls.call(["ZCARD", `${prefix}jobs`]), jobs.length, "jobs of the queue");
  const listKeys = await texts(calls, "KEYS", `${queue}:p*`);
  for (const list of [queue, ...listKeys]) {
    const priority = list === queue ? 0 : Number(list.slice(`${queue}:p`.length));
    const members = await texts(calls, "LRANGE", list, 0, -1);
    const known = members.filter((id) => keys.includes(`copilot:job:${id}`)).sort();
    const waiting = recorded((job) => job.state === "waiting" && job.priority === priority);
    assertEquals(known, waiting, `list ${list}`);
  }
  const leases = await texts(calls, "ZRANGE", `${prefix}deadline`, 0, -1);
  assertEquals(leases.sort(), recorded((job) => job.deadlineMs !== undefined), "deadlines");
  const seen = await texts(calls, "ZRANGE", `${prefix}seen`, 0, -1);
  assertEquals(seen.sort(), leases, "signs of life");
  for (const key of await texts(calls, "KEYS", `${prefix}agent:*`)) {
    const agent = key.slice(`${prefix}agent:`.length);
    for (const id of await texts(calls, "HKEYS", key)) {
      const job = jobs.find((job) => job.id === id);
      assert(job?.agent === agent && job.deadlineMs !== undefined, `${key} holds ${id}`);
    }
  }
  return jobs;
}
