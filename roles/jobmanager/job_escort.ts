/**
 * The seam to whoever follows jobs beyond the site: what a grid's storage manager must know of a job travels
 * with the agent, as the original does it (report 2.2.4, 3.1).
 *
 * @module
 */

/** Short texts by name; see `GridJobRef.state`. */
export type EscortState = Readonly<Record<string, string>>;

/** Follows jobs. */
export interface JobEscort {
  /** What the manager that takes a job's output must be told; `undefined` where there is nothing. */
  stateOf(id: string): Promise<EscortState | undefined>;
  /** Output of a job will come here; kept before the agent is told where to put it. */
  expect(id: string, state: EscortState): Promise<void>;
}
