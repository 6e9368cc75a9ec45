/**
 * From a configuration to a manager of any grid's jobs.
 *
 * @module
 */
import type { ConfigOf } from "../../lib/config.ts";
import type { GridAdapter } from "../../lib/grid/adapter.ts";
import { GridLedger } from "../../lib/grid/ledger.ts";
import type { OpenQueue } from "../../lib/jobs/open_queue.ts";
import type { Logger } from "../../lib/log.ts";
import { type ManagerIdentity, managerOptions } from "../jobmanager/open_jobmanager.ts";
import type { GridManagerOptions } from "./grid_manager.ts";
import type { gridManagerVariables } from "./variables.ts";

/** What it is made of. */
export interface GridManagerParts {
  /** The grid. */
  readonly adapter: GridAdapter;
  /** The site's queue. */
  readonly queue: OpenQueue;
  /** The manager's log. */
  readonly log: Logger;
  /** As what it is known. */
  readonly identity: ManagerIdentity;
}

/**
 * Makes the options of a manager.
 *
 * @param config The configuration.
 * @param parts See {@linkcode GridManagerParts}.
 * @returns Options for `new GridManager(…)`; the link is not open yet.
 * @throws {ConfigError} When variables contradict each other.
 */
export async function gridManagerOptions(
  config: ConfigOf<ReturnType<typeof gridManagerVariables>>,
  { adapter, queue, log, identity }: GridManagerParts,
): Promise<GridManagerOptions> {
  return {
    ...await managerOptions(config, queue.store, log, identity),
    adapter,
    ledger: new GridLedger(queue.calls, adapter.grid),
    gridSweepMs: config.gridSweep * 1000,
  };
}
