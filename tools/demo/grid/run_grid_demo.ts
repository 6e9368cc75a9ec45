/**
 * A grid's jobs on their way through the demo's site, their states in the grid and at the site side by
 * side.
 *
 * @module
 */
import { EXIT, paint, print, printJson, printLine, table } from "../../../lib/cli.ts";
import { sleep, systemClock } from "../../../lib/clock.ts";
import type { HistoryEntry, JobRecord } from "../../../lib/jobs/job_store.ts";
import { stateStyle } from "../../job_texts.ts";
import type { DemoSite } from "../demo_site.ts";
import { loseAgent } from "../lose_agent.ts";
import { lastLine } from "../output.ts";
import type { DemoGrid, GridJobView } from "./demo_grid.ts";

/** Jobs where nobody says how many. */
const TEN = 10;
/** Time between two looks at the jobs. */
const LOOK_MS = 100;

/** What is run. */
export interface GridDemo {
  readonly grid: DemoGrid;
  /** Its managers are the grid's. */
  readonly site: DemoSite;
  readonly agents: number;
  /** Default: 10. */
  readonly jobs: number | undefined;
}

/** How a job ended at the grid and at the site. */
interface Ending {
  readonly view: GridJobView;
  readonly record: JobRecord | undefined;
  readonly history: readonly HistoryEntry[];
  readonly printed: string | undefined;
}

/**
 * Submits jobs to the grid, kills an agent on the way, waits until the grid says how all have ended.
 *
 * @param demo See {@linkcode GridDemo}.
 * @param say Told what happens.
 * @param signal Ends the wait.
 */
export async function runGridDemo(
  { grid, site, agents, jobs = TEN }: GridDemo,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly Ending[]> {
  const { store } = site.queue;
  say(grid.where);
  await grid.submit(1, site);
  const isAtWork = grid.isAtWork?.bind(grid);
  await loseAgent(site, { id: grid.view()[0]?.id ?? "", isAtWork }, say, signal);
  grid.onAgentLost?.();
  await grid.submit(jobs - 1, site);
  say(`Submitted ${jobs} jobs to ${grid.name}; starting ${agents} agents`);
  await site.startAgents(agents);
  const told = new Map<string, string>();
  for (;;) {
    const views = grid.view();
    for (const { id, name, states } of views) {
      const record = await store.get(id);
      const [there, here] = [states.at(-1) ?? "", record?.state ?? ""];
      if (told.get(id) === `${there} ${here}`) continue;
      told.set(id, `${there} ${here}`);
      const painted = paint(
        here.padEnd(9),
        record === undefined ? "dim" : stateStyle(record.state) ?? "dim",
      );
      say(
        `  ${shortId(id)} ${name.padEnd(24)} ${grid.name} ${there.padEnd(9)} Co-Pilot ${painted}`
          .trimEnd(),
      );
    }
    if (views.every(({ hasEnded }) => hasEnded)) break;
    await sleep(systemClock, LOOK_MS, { signal });
  }
  return await Promise.all(
    grid.view().map(async (view): Promise<Ending> => {
      const record = await store.get(view.id);
      const history = await store.history(view.id);
      const { done } = site.sandbox.addresses.directories;
      return { view, record, history, printed: await lastLine(done, record?.archive) };
    }),
  );
}

/** True where a job ended as it should, at the grid and at the site. */
function isAsExpected({ view, printed, record }: Ending): boolean {
  return view.asExpected && (record?.state === "succeeded" || record?.state === "failed") &&
    (view.prints === undefined || view.prints === printed);
}

/**
 * Prints how it went; the exit code tells whether each job ended as it should.
 *
 * @param endings What {@linkcode runGridDemo} saw.
 * @param options The grid's name, how long it took, and whether one object is wanted.
 */
export function reportGridDemo(
  endings: readonly Ending[],
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
  printLine("");
  print(table(endings, [
    { title: "ID", value: ({ view }) => shortId(view.id) },
    { title: "JOB", value: ({ view }) => view.name },
    { title: `IN ${grid.toUpperCase()}`, value: ({ view }) => view.states.join(" ") },
    { title: "IN CO-PILOT", value: ({ history }) => statesOf(history).join(" ") },
    { title: "REGISTERED", value: ({ view }) => view.registered.join(" ") },
    { title: "PRINTED", value: ({ printed }) => printed },
    {
      title: "",
      value: (ending) => isAsExpected(ending) ? "as expected" : "NOT AS EXPECTED",
      style: (ending) => isAsExpected(ending) ? "dim" : "red",
    },
  ]));
  printLine("");
  printLine(
    `${endings.length} jobs of ${grid}: ${succeeded} succeeded, ${failed} failed, ` +
      `${requeued} taken back, in ${seconds.toFixed(1)} s`,
  );
  return code;
}

/** As much of an id as tells jobs apart. */
function shortId(id: string): string {
  return id.slice(0, 8);
}

/** States at the site, without repetitions. */
function statesOf(history: readonly HistoryEntry[]): string[] {
  return history.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
}
