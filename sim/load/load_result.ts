/**
 * What came of a load test, from all that its parts told.
 *
 * @module
 */
import type { JobState } from "../../lib/jobs/job_state.ts";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { Violation } from "../world/mod.ts";
import { JobNumbers } from "./job_numbers.ts";
import type { JobWords } from "./load_jobs.ts";
import type { LoadWatch } from "./load_watch.ts";
import type { LoadOptions, LoadResult, Snapshot } from "./options.ts";
import type { PartReport } from "./part.ts";

/** What the result is made of. */
export interface ResultParts {
  readonly options: LoadOptions;
  readonly words: JobWords;
  readonly store: JobStore;
  readonly watch: LoadWatch;
  /** The last look before the parts were ended. */
  readonly last: Snapshot;
  /** Jobs submitted in all. */
  readonly submitted: number;
  /** What the parts told at their end. */
  readonly reports: readonly PartReport[];
  /** What was in the queue before. */
  readonly before: Readonly<Record<JobState, number>>;
  readonly points: readonly Snapshot[];
}

/**
 * Adds up.
 *
 * @param parts See {@linkcode ResultParts}.
 * @returns The result.
 */
export async function loadResult(parts: ResultParts): Promise<LoadResult> {
  const { options, words, watch, last, submitted, reports } = parts;
  const mark = watch.mark ?? last;
  const seconds = last.seconds - mark.seconds;
  const ended = (snapshot: Pick<Snapshot, "states">) => {
    const { succeeded, failed, cancelled } = snapshot.states;
    return succeeded + failed + cancelled;
  };
  const duplicated = sum(reports, "duplicated") + repeated(reports, "ended");
  const lost = submitted - await recorded(parts);
  const cpuSeconds = Object.fromEntries(
    Object.entries(last.cpuSeconds).map((
      [kind, value],
    ) => [kind, value - (mark.cpuSeconds[kind] ?? 0)]),
  );
  return {
    agents: options.agents ?? 10,
    jobs: submitted,
    succeeded: last.states.succeeded - mark.states.succeeded,
    failed: last.states.failed - mark.states.failed,
    unfinished: submitted - ended(last),
    requeued: last.requeued - mark.requeued,
    lost,
    duplicated,
    reexecuted: sum(reports, "reexecuted") + repeated(reports, "executed"),
    rolledBack: 0,
    faults: last.faults - mark.faults,
    stanzas: last.stanzas - mark.stanzas,
    seconds,
    virtualSeconds: seconds,
    jobsPerSecond: seconds === 0 ? 0 : (ended(last) - ended(mark)) / seconds,
    latencies: watch.latencies,
    cpuSeconds,
    rssBytes: watch.peakRssBytes,
    seed: words.seed,
    eventHash: null,
    violations: violationsOf({ lost, duplicated, watch, atMs: last.seconds * 1000 }),
    problem: watch.problem ?? null,
    series: parts.points,
    interrupted: options.signal?.aborted ?? false,
  };
}

/** Jobs of this test that are in some state now. */
async function recorded({ store, before }: ResultParts): Promise<number> {
  const now = await store.counts();
  return (Object.keys(now) as JobState[])
    .reduce((total, state) => total + now[state] - before[state], 0);
}

function sum(reports: readonly PartReport[], key: keyof PartReport["counters"]): number {
  return reports.reduce((total, { counters }) => total + counters[key], 0);
}

/** Jobs that more than one part tells of. */
function repeated(reports: readonly PartReport[], key: "executed" | "ended"): number {
  const all = new JobNumbers();
  return reports.reduce((total, report) => total + all.merge(report[key] ?? ""), 0);
}

function violationsOf(
  { lost, duplicated, watch, atMs }: {
    readonly lost: number;
    readonly duplicated: number;
    readonly watch: LoadWatch;
    readonly atMs: number;
  },
): Violation[] {
  const violations: Violation[] = [];
  const report = (invariant: string, detail: string) =>
    violations.push({ invariant, detail, atMs });
  if (lost !== 0) report("lost", `${lost} jobs that were submitted are in no state`);
  if (duplicated > 0) report("once", `${duplicated} jobs ended twice`);
  if (watch.counters.crashes > 0) {
    report("crash", `${watch.counters.crashes} agents or managers ended: ${watch.problem ?? ""}`);
  }
  return violations;
}
