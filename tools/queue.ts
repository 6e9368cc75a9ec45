/**
 * What tools share: the queue and the folders of a site, read from the manager's configuration.
 *
 * @module
 */
import type { ConfigFlags } from "../lib/cli/flags.ts";
import { type ConfigOf, loadConfig, type Variables } from "../lib/config.ts";
import type { JobRecord, JobStore } from "../lib/jobs/job_store.ts";
import { isFinal, type JobState } from "../lib/jobs/job_state.ts";
import { JOBMANAGER_COMPONENT } from "../roles/jobmanager/variables.ts";
import { type Clock, sleep } from "../lib/clock.ts";
import type { Style } from "../lib/cli.ts";

/** Reads the part of the manager's configuration that a tool needs. */
export async function readSite<const V extends Variables>(
  variables: V,
  flags: ConfigFlags,
): Promise<ConfigOf<V>> {
  const { directory, values } = flags;
  const { config } = await loadConfig(variables, {
    component: JOBMANAGER_COMPONENT,
    directory,
    flags: values,
  });
  return config;
}

/** Time between two looks at the queue while waiting. */
const LOOK_MS = 300;

/**
 * Waits until jobs have ended.
 *
 * @param store The queue.
 * @param ids The jobs.
 * @param options The clock, a signal that ends the wait, and who is told of each change.
 * @returns Their records, in the order of `ids`; an unknown job has none.
 */
export async function waitForJobs(
  store: JobStore,
  ids: readonly string[],
  options: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly onChange?: (record: JobRecord) => void;
  },
): Promise<(JobRecord | undefined)[]> {
  const seen = new Map<string, JobState>();
  for (;;) {
    const records = await Promise.all(ids.map((id) => store.get(id)));
    for (const record of records) {
      if (record === undefined || seen.get(record.id) === record.state) continue;
      seen.set(record.id, record.state);
      options.onChange?.(record);
    }
    if (records.every((record) => record === undefined || isFinal(record.state))) return records;
    await sleep(options.clock, LOOK_MS, { signal: options.signal });
  }
}

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
