/**
 * A grid of the demo: its services are simulated here, its jobs are real.
 *
 * @module
 */
import type { GridAdapter } from "../../../lib/grid/adapter.ts";

/** What the grid shows of a job. */
export interface GridJobView {
  /** The job's id, in the grid and at the site. */
  readonly id: string;
  /** What it shows. */
  readonly name: string;
  /** States in the grid that it has been in. */
  readonly states: readonly string[];
  /** True where nothing more follows. */
  readonly hasEnded: boolean;
  /** Names of its output in the grid's catalogue. */
  readonly registered: readonly string[];
  /** True where state and output are what they must be at its end. */
  readonly asExpected: boolean;
  /** Line that it must print last; `undefined`: any. */
  readonly prints: string | undefined;
}

/** A grid. */
export interface DemoGrid extends AsyncDisposable {
  /** Name as people know it. */
  readonly name: string;
  /** The site's way to it. */
  readonly adapter: GridAdapter;
  /** A line that says where its services are. */
  readonly where: string;
  /**
   * Submits jobs to the grid.
   *
   * @param number How many more; the first one of all must be long enough for its agent to be killed.
   */
  submit(number: number): void;
  /** The jobs, in the order in which they were submitted. */
  view(): readonly GridJobView[];
}
