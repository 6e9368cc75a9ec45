/**
 * What the reasoning about a job rests on, read from its queue.
 *
 * @module
 */
import type { OpenQueue } from "./open_queue.ts";
import { fitOf } from "./requirements.ts";
import type { WhyFacts } from "./why.ts";

const HOUR_MS = 3_600_000;

/** Times at most that the facts are read anew because the job moved on meanwhile. */
const MOST_READINGS = 5;

/**
 * Reads the facts about a job. They are of one moment, unless the job never rests.
 *
 * @param queue The queue.
 * @param id The job.
 * @param agentsConnected Agents that are connected, where somebody counts them.
 * @returns The facts; undefined where there is no such job.
 */
export async function gatherWhyFacts(
  queue: Pick<OpenQueue, "store" | "view">,
  id: string,
  agentsConnected?: number,
): Promise<WhyFacts | undefined> {
  let facts = await readFacts(queue, id, agentsConnected);
  for (let reading = 1; reading < MOST_READINGS && facts !== undefined; reading++) {
    const job = await queue.store.get(id);
    if (job?.changedMs === facts.job.changedMs && job.state === facts.job.state) return facts;
    facts = await readFacts(queue, id, agentsConnected);
  }
  return facts;
}

async function readFacts(
  queue: Pick<OpenQueue, "store" | "view">,
  id: string,
  agentsConnected: number | undefined,
): Promise<WhyFacts | undefined> {
  const { store, view } = queue;
  const job = await store.get(id);
  if (job === undefined) return undefined;
  const [history, place, counts, ended, nowMs] = await Promise.all([
    store.history(id),
    view.place(id),
    store.counts(),
    view.ended({ stepMs: HOUR_MS / 60, steps: 60 }),
    view.now(),
  ]);
  const fit = job.requirements === undefined
    ? undefined
    : fitOf(job.requirements, await view.recentMachines(nowMs - HOUR_MS));
  const endedLastHour = Object.values(ended.counts).flat().reduce((sum, count) => sum + count, 0);
  return { job, history, place, counts, endedLastHour, agentsConnected, fit, nowMs };
}
