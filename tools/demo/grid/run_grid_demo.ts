/**
 * A grid's jobs on their way through the demo's site, their states in the grid and at the site side by
 * side.
 *
 * @module
 */
import { paint } from "../../../lib/cli.ts";
import { sleep, systemClock } from "../../../lib/clock.ts";
import { stateStyle } from "../../job_texts.ts";
import type { DemoSite } from "../demo_site.ts";
import { loseAgent } from "../lose_agent.ts";
import { lastLine } from "../output.ts";
import type { DemoGrid, GridTry } from "./demo_grid.ts";
import type { GridEnding } from "./grid_report.ts";

/** Jobs where nobody says how many. */
const TEN = 10;
/** Time between two looks at the jobs. */
const LOOK_MS = 100;
/** Widths of a line's columns. */
const NAME_WIDTH = 26;
const STATE_WIDTH = 9;

/** What is run. */
export interface GridDemo {
  readonly grid: DemoGrid;
  /** Its managers are the grid's. */
  readonly site: DemoSite;
  readonly agents: number;
  /** Default: 10. */
  readonly jobs: number | undefined;
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
): Promise<readonly GridEnding[]> {
  const { store } = site.queue;
  say(grid.where);
  await grid.submit(1, site);
  const isAtWork = grid.isAtWork?.bind(grid);
  await loseAgent(site, { id: grid.view()[0]?.id ?? "", isAtWork }, say, signal);
  grid.onAgentLost?.();
  await grid.submit(jobs - 1, site);
  say(`Submitted ${jobs} jobs to ${grid.name}; starting ${agents} agents`);
  await site.startAgents(agents);
  say(line("JOB", `IN ${grid.name.toUpperCase()}`, "IN CO-PILOT"));
  const told = new Map<string, string>();
  for (;;) {
    const views = grid.view();
    for (const { id, tries } of views) {
      const { name, states } = tries[tries.length - 1] as GridTry;
      const { state: here } = await store.get(id) ?? {};
      const there = states.at(-1) ?? "";
      if (told.get(id) === `${there} ${here}`) continue;
      told.set(id, `${there} ${here}`);
      say(line(name, there, here === undefined ? "" : paint(here, stateStyle(here) ?? "dim")));
    }
    if (views.every(({ hasEnded }) => hasEnded)) break;
    await sleep(systemClock, LOOK_MS, { signal });
  }
  return await Promise.all(
    grid.view().map(async (view): Promise<GridEnding> => {
      const record = await store.get(view.id);
      const history = await store.history(view.id);
      const { done } = site.sandbox.addresses.directories;
      return { view, record, history, printed: await lastLine(done, record?.archive) };
    }),
  );
}

/** A line that tells of one change. */
function line(name: string, there: string, here: string): string {
  const shown = name.slice(0, NAME_WIDTH).padEnd(NAME_WIDTH);
  return `  ${shown}  ${there.padEnd(STATE_WIDTH)}  ${here}`.trimEnd();
}
