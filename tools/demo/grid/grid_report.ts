/**
 * How the demo's jobs of a grid went, their states in the grid and at the site side by side.
 *
 * @module
 */
import { EXIT, print, printJson, printLine, table, type TableOptions } from "../../../lib/cli.ts";
import type { HistoryEntry, JobRecord } from "../../../lib/jobs/job_store.ts";
import type { GridJobView } from "./demo_grid.ts";

/** How a job ended at the grid and at the site. */
export interface GridEnding {
  readonly view: GridJobView;
  readonly record: JobRecord | undefined;
  readonly history: readonly HistoryEntry[];
  readonly printed: string | undefined;
}

/** True where a job ended as it should, at the grid and at the site. */
function isAsExpected({ view, printed, record }: GridEnding): boolean {
  return view.asExpected && (record?.state === "succeeded" || record?.state === "failed") &&
    (view.prints === undefined || view.prints === printed);
}

/**
 * Prints how it went; the exit code tells whether each job ended as it should.
 *
 * @param endings What was seen.
 * @param options The grid's name, how long it took, and whether one object is wanted.
 */
export function reportGridDemo(
  endings: readonly GridEnding[],
  { grid, seconds, json }: {
    readonly grid: string;
    readonly seconds: number;
    readonly json: boolean;
  },
): number {
  const count = (state: string) => endings.filter(({ record }) => record?.state === state).length;
  const requeued = endings.reduce(
    (sum, { record }) => sum + Math.max(0, (record?.attempts ?? 1) - 1),
    0,
  );
  const [succeeded, failed] = [count("succeeded"), count("failed")];
  const code = endings.every(isAsExpected) ? EXIT.done : EXIT.failed;
  if (json) {
    printJson({ jobs: endings.length, succeeded, failed, requeued, seconds });
    return code;
  }
  const registered = endings.reduce((sum, { view }) => sum + view.registered.length, 0);
  printLine("");
  print(gridTable(endings, grid));
  printLine("");
  printLine(
    `${endings.length} jobs of ${grid}: ${succeeded} succeeded, ${failed} failed, ` +
      `${requeued} taken back; ${registered} files registered, in ${seconds.toFixed(1)} s`,
  );
  return code;
}

/** Makes the table: a line a try. */
export function gridTable(
  endings: readonly GridEnding[],
  grid: string,
  options?: TableOptions,
): string {
  return table(endings.flatMap(rowsOf), [
    { title: "JOB", value: ({ name }) => name },
    { title: `IN ${grid.toUpperCase()}`, value: ({ there }) => there },
    { title: "IN CO-PILOT", value: ({ here }) => here },
    { title: "FILES", value: ({ files }) => files, align: "right" },
    { title: "", value: ({ verdict }) => verdict, style: ({ isBad }) => isBad ? "red" : "dim" },
  ], options);
}

/** A line of the table: one try. */
interface Row {
  readonly name: string | undefined;
  readonly there: string | undefined;
  readonly here: string | undefined;
  /** Told once a job, with its last try. */
  readonly files: number | undefined;
  readonly verdict: string | undefined;
  readonly isBad: boolean;
}

/** A job's tries at the grid and at the site, side by side. */
function rowsOf(ending: GridEnding): Row[] {
  const { tries, registered } = ending.view;
  const triesHere = splitTries(statesOf(ending.history));
  const isBad = !isAsExpected(ending);
  const count = Math.max(tries.length, triesHere.length);
  return Array.from({ length: count }, (_, index) => {
    const isLast = index === count - 1;
    return {
      name: tries[index]?.name,
      there: tries[index]?.states.join(" "),
      here: triesHere[index]?.join(" "),
      files: isLast && registered.length > 0 ? registered.length : undefined,
      verdict: !isLast ? undefined : isBad ? "NOT AS EXPECTED" : "as expected",
      isBad,
    };
  });
}

/** Parts a job's states at the site where it waits for an agent again. */
function splitTries(states: readonly string[]): string[][] {
  const tries: string[][] = [];
  for (const state of states) {
    if (state === "waiting" || tries.length === 0) tries.push([]);
    tries.at(-1)?.push(state);
  }
  return tries;
}

/** States at the site, without repetitions. */
function statesOf(history: readonly HistoryEntry[]): string[] {
  return history.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
}
