/**
 * Jobs with requirements, and the machines that asked while some waited. A script cannot judge
 * requirements, so they are looked at here, and the job that suits is then lent by name.
 *
 * @module
 */
import type { Machine } from "./job_store.ts";
import type { RedisCalls } from "./redis_calls.ts";
import { asTexts } from "./reply.ts";
import { REQUIRED } from "./scripts/required.ts";

/** Jobs that are looked at for one machine. */
const MOST_EXAMINED = 100;
/** Machines that are remembered. */
const MOST_MACHINES = 10_000;
/** Longest description of a machine that is remembered, in characters. */
const LONGEST_JDL = 10_000;

/** The jobs with requirements of one queue. */
export class RequiredJobs {
  readonly #calls: RedisCalls;
  readonly #queue: string;
  readonly #oldestFirst: boolean;

  /**
   * Sends nothing yet.
   *
   * @param calls The connection.
   * @param queue Name of the queue.
   * @param oldestFirst Which end of the list is its head.
   */
  constructor(calls: RedisCalls, queue: string, oldestFirst: boolean) {
    this.#calls = calls;
    this.#queue = queue;
    this.#oldestFirst = oldestFirst;
  }

  /**
   * Finds the jobs that suit a machine, and remembers the machine.
   *
   * @param agent Full JID of its agent.
   * @param machine The machine.
   * @returns Ids, in the order in which they should be lent.
   */
  async suiting(agent: string, machine: Machine): Promise<string[]> {
    const reply = await REQUIRED.run(this.#calls, {
      queue: this.#queue,
      agent: agent.split("/")[0] ?? agent,
      jdl: machine.jdl.slice(0, LONGEST_JDL),
      most: MOST_EXAMINED,
      mostMachines: MOST_MACHINES,
      oldestFirst: this.#oldestFirst ? "1" : "",
    });
    const texts = asTexts(reply, "script required");
    const jobs = Array.from({ length: texts.length / 3 }, (_, index) => {
      const [id = "", priority = "", requirements = ""] = texts.slice(3 * index, 3 * index + 3);
      return { id, priority: Number(priority), requirements };
    });
    return jobs.filter(({ requirements }) => machine.meets(requirements))
      .sort((one, other) => other.priority - one.priority)
      .map(({ id }) => id);
  }
}

/**
 * Descriptions of the machines that asked lately while jobs with requirements waited.
 *
 * @param calls The connection.
 * @param queue Name of the queue.
 * @param sinceMs Machines that asked before, by the clock of Redis, are left out.
 */
export async function recentMachines(
  calls: RedisCalls,
  queue: string,
  sinceMs: number,
): Promise<string[]> {
  const prefix = `copilot:queue:${queue}:`;
  const key = `${prefix}machines:seen`;
  const agents = asTexts(await calls.call(["ZRANGEBYSCORE", key, sinceMs, "+inf"]), key);
  if (agents.length === 0) return [];
  return asTexts(await calls.call(["HMGET", `${prefix}machines`, ...agents]), `${prefix}machines`);
}
