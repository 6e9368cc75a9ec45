/**
 * The queue at a glance: how many jobs are where, how many end, how long they take, why they fail.
 *
 * @module
 */
import type { JobState } from "../../lib/jobs/job_state.ts";
import type { JobRecord } from "../../lib/jobs/job_store.ts";
import type { OpenQueue } from "../../lib/jobs/open_queue.ts";
import type { EndedCounts } from "../../lib/jobs/queue_view.ts";
import { type JobLine, jobLine } from "./job_line.ts";

/** Jobs that failed for the same reason. */
export interface FailureGroup {
  /** The reason, numbers in it left out. */
  readonly reason: string;
  /** Number of jobs. */
  readonly count: number;
  /** The latest of them. */
  readonly id: string;
  /** When that one failed, milliseconds since the epoch. */
  readonly lastMs: number;
}

/** How long jobs took from hand-out to end, in seconds. */
export interface Durations {
  /** Number of jobs that this is about: the last that succeeded. */
  readonly jobs: number;
  /** Half of them took at most so long. */
  readonly medianSeconds: number;
  /** Nine of ten took at most so long. */
  readonly p90Seconds: number;
  /** The longest. */
  readonly maxSeconds: number;
  /** Number of jobs in each class of duration, the shortest first. */
  readonly classes: readonly { readonly upToSeconds: number; readonly jobs: number }[];
}

/** The queue at a glance. */
export interface QueueOverview {
  /** Number of jobs in each state. */
  readonly counts: Readonly<Record<JobState, number>>;
  /** Jobs that ended in each minute of the last hour. */
  readonly ended: EndedCounts;
  /** Jobs that changed last, the latest first. */
  readonly recent: readonly JobLine[];
  /** Why the last failed ones did, the most frequent reason first. */
  readonly failures: readonly FailureGroup[];
  /** Null where none has succeeded. */
  readonly durations: Durations | null;
  /** Leases of agents that have given no sign of life for {@linkcode SILENT_SECONDS}. */
  readonly silentLeases: number;
}

/** Silence after which people want to know, in seconds. */
export const SILENT_SECONDS = 600;
const RECENT_JOBS = 8;
const SAMPLE = 200;
const MOST_SILENT = 1000;
const MOST_REASONS = 6;

/**
 * Reads the queue.
 *
 * @param queue The queue.
 * @returns What it is like now.
 */
export async function readQueueOverview(
  { store, view }: Pick<OpenQueue, "store" | "view">,
): Promise<QueueOverview> {
  const [counts, ended, recent, failed, succeeded, silent] = await Promise.all([
    store.counts(),
    view.ended({ stepMs: 60_000, steps: 60 }),
    store.list({ limit: RECENT_JOBS }),
    store.list({ state: "failed", limit: SAMPLE }),
    store.list({ state: "succeeded", limit: SAMPLE }),
    store.silentLeases(SILENT_SECONDS, MOST_SILENT),
  ]);
  return {
    counts,
    ended,
    recent: recent.map(jobLine),
    failures: groupFailures(failed),
    durations: measureDurations(succeeded),
    silentLeases: silent.length,
  };
}

/**
 * Puts jobs together that failed for the same reason.
 *
 * @param jobs Failed jobs, the latest first.
 * @returns The groups, the greatest first.
 */
export function groupFailures(jobs: readonly JobRecord[]): FailureGroup[] {
  const groups = Map.groupBy(jobs, reasonOf);
  return [...groups].map(([reason, [latest, ...others]]) => ({
    reason,
    count: others.length + 1,
    id: latest?.id ?? "",
    lastMs: latest?.changedMs ?? 0,
  })).sort((one, other) => other.count - one.count || other.lastMs - one.lastMs)
    .slice(0, MOST_REASONS);
}

/** A job's reason without what differs from job to job. */
function reasonOf({ reason, exitCode }: JobRecord): string {
  if (reason !== undefined) return reason.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, "…").slice(0, 160);
  if (exitCode === undefined) return "No reason is known";
  return exitCode < 256 ? `Killed by signal ${exitCode & 127}` : `Exit code ${exitCode >> 8}`;
}

/** Bounds of the classes in which durations are shown, in seconds. */
const CLASSES = [1, 10, 60, 600, 3600, 6 * 3600, 86_400, Number.MAX_SAFE_INTEGER];

/**
 * Measures how long jobs took.
 *
 * @param jobs Jobs that succeeded.
 * @returns The figures; null where no duration is known.
 */
export function measureDurations(jobs: readonly JobRecord[]): Durations | null {
  const seconds = jobs.flatMap(({ leasedMs, finishedMs }) =>
    leasedMs === undefined || finishedMs === undefined
      ? []
      : [Math.max(0, finishedMs - leasedMs) / 1000]
  ).sort((one, other) => one - other);
  if (seconds.length === 0) return null;
  const quantile = (share: number) => seconds[Math.ceil(share * seconds.length) - 1] ?? 0;
  return {
    jobs: seconds.length,
    medianSeconds: quantile(0.5),
    p90Seconds: quantile(0.9),
    maxSeconds: quantile(1),
    classes: CLASSES.map((upToSeconds, at) => ({
      upToSeconds,
      jobs: seconds.filter((value) => value <= upToSeconds && value > (CLASSES[at - 1] ?? -1))
        .length,
    })),
  };
}
