/**
 * A manager whose jobs come from a grid.
 *
 * @module
 */
import type { GridAdapter } from "../../../lib/grid/adapter.ts";
import { GridLedger } from "../../../lib/grid/ledger.ts";
import { GridManager } from "../../../roles/grid/grid_manager.ts";
import type { ManagerMaker } from "../demo_site.ts";

/** Time between two looks at the grid's jobs. */
const SWEEP_MS = 200;

/** Makes managers that serve a grid. */
export function gridManager(adapter: GridAdapter): ManagerMaker {
  return (options, { queue }) => {
    const ledger = new GridLedger(queue.calls, adapter.grid);
    return new GridManager({ ...options, adapter, ledger, gridSweepMs: SWEEP_MS });
  };
}
