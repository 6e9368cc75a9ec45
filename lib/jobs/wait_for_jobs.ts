/**
 * Waiting for the end of jobs.
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "../clock.ts";
import { isFinal, type JobState } from "./job_state.ts";
import type { JobRecord, JobStore } from "./job_store.ts";

/** Time between two looks at the queue. */
const LOOK_MS = 300;

/** Options of {@linkcode waitForJobs}. */
export interface WaitOptions {
  /** Ends the wait: it then rejects with the signal's reason. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
  /** Is told each state that a job is seen in, the first one included. Default: nobody. */
  readonly onChange?: ((record: JobRecord) => void) | undefined;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * Waits until jobs have ended.
 *
 * @param store The queue.
 * @param ids The jobs.
 * @param options A signal that ends the wait, and who is told of each change.
 * @returns Their records, in the order of `ids`; an unknown job has none.
 */
export async function waitForJobs(
  store: JobStore,
  ids: readonly string[],
  options: WaitOptions = {},
): Promise<(JobRecord | undefined)[]> {
  const { signal, onChange, clock = systemClock } = options;
  const seen = new Map<string, JobState>();
  for (;;) {
    const records = await Promise.all(ids.map((id) => store.get(id)));
    for (const record of records) {
      if (record === undefined || seen.get(record.id) === record.state) continue;
      seen.set(record.id, record.state);
      onChange?.(record);
    }
    if (records.every((record) => record === undefined || isFinal(record.state))) return records;
    await sleep(clock, LOOK_MS, { signal });
  }
}
