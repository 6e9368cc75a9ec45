/**
 * The state that the front page shows and that its viewers follow live.
 *
 * @module
 */
import type { JobState } from "../../lib/jobs/job_state.ts";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import { type JobLine, jobLine } from "./job_line.ts";
import type { Sources } from "./sources.ts";
import { SourceError, type SourceHealth, type SourceName } from "./sources/source.ts";

/** The queue at a glance. */
export interface QueueOverview {
  /** Number of jobs in each state. */
  readonly counts: Readonly<Record<JobState, number>>;
  /** Jobs that changed last, the latest first. */
  readonly recent: readonly JobLine[];
}

/** Everything at a glance. */
export interface Overview {
  /** How each source is. */
  readonly sources: Readonly<Record<SourceName, SourceHealth>>;
  /** Missing where the queue is off or broken. */
  readonly queue?: QueueOverview | undefined;
}

const RECENT_JOBS = 12;

async function readQueue(store: JobStore): Promise<QueueOverview> {
  const [counts, recent] = await Promise.all([
    store.counts(),
    store.list({ limit: RECENT_JOBS }),
  ]);
  return { counts, recent: recent.map(jobLine) };
}

/** What an action gives, or undefined where its source cannot answer. */
async function unlessBroken<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}

/**
 * Reads the present state; a source that is off or broken is named in it.
 *
 * @param sources Where the data is.
 * @returns The state.
 */
export async function readOverview(sources: Sources): Promise<Overview> {
  const queue = await unlessBroken(sources.queue.use(readQueue));
  return { sources: sources.health(), ...(queue === undefined ? {} : { queue }) };
}
