/**
 * A grid of the demo: its services are simulated here, its jobs are real.
 *
 * @module
 */
import type { DemoSite, ManagerMaker } from "../demo_site.ts";

/** A job in the grid. */
export interface GridTry {
  /** Its id, and what it shows. */
  readonly name: string;
  /** States that it has been in. */
  readonly states: readonly string[];
}

/** What the grid shows of a job of the site. */
export interface GridJobView {
  /** The job's id at the site. */
  readonly id: string;
  /** It in the grid: more than one where a lost one was replaced, the last one counts. */
  readonly tries: readonly [...GridTry[], GridTry];
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
  /** More lines for the configuration of the site's generic manager. Default: none. */
  readonly settings?: readonly string[] | undefined;
  /** Makes the site's managers. */
  readonly makeManager: ManagerMaker;
  /** A line that says where its services are. */
  readonly where: string;
  /**
   * Submits jobs to the grid.
   *
   * @param number How many more; the first one of all must be long enough for its agent to be killed.
   * @param site Where their pilots go, if they have some.
   */
  submit(number: number, site: DemoSite): Promise<void> | void;
  /** True once the first job is at work. Default: as soon as the site says so. */
  isAtWork?(): boolean;
  /** Told that the first job's agent is lost, where the grid would notice after hours only. */
  onAgentLost?(): void;
  /** The jobs, in the order in which they were submitted. */
  view(): readonly GridJobView[];
}
