/**
 * A manager of a grid on a site whose every effect is a step of its life.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { GridAdapter } from "../../../lib/grid/adapter.ts";
import { GridLedger } from "../../../lib/grid/ledger.ts";
import { createLogger, memorySink } from "../../../lib/log.ts";
import { GridManager, type GridManagerOptions } from "../../../roles/grid/grid_manager.ts";
import { memoryLink } from "../../../sim/xmpp/mod.ts";
import { Life, mortal, mortalLink } from "../_mortal.ts";
import { CHIRP, type Site } from "../_site.ts";

/** How the work is shared: one manager in front, and one that takes output. */
export const HALVES = {
  queue: { redirectStorageTo: "storage@localhost" },
  storage: { mode: "storage" },
} as const satisfies Record<string, Partial<GridManagerOptions>>;

/**
 * Starts a manager.
 *
 * @param site The site.
 * @param adapter Its grid.
 * @param life Ended at will.
 * @param more Other options.
 * @param signal Stops it.
 */
export function startGridManager(
  site: Site,
  adapter: GridAdapter,
  life = new Life(),
  more: Partial<GridManagerOptions> = {},
  signal = new AbortController().signal,
): Promise<void> {
  const { clock } = site;
  const user = more.mode === "storage" ? "storage" : "jobmanager";
  const link = memoryLink(site.broker, { user, clock, random: site.random() });
  const manager = new GridManager({
    link: mortalLink(link, life),
    store: mortal(site.store, "store", life),
    chirpFolder: mortal(site.chirp, "chirp", life),
    doneFolder: mortal(site.done, "done", life),
    chirpAddress: CHIRP,
    adapter: mortal(adapter, "grid", life),
    ledger: mortal(new GridLedger(site.calls, adapter.grid), "ledger", life),
    log: createLogger({ sinks: [memorySink()], clock }),
    clock,
    random: site.random(),
    ...more,
  });
  const running = manager.run(signal);
  running.catch(() => {});
  return running;
}

/** Nothing of a grid is left at the site. */
export async function assertLedgerEmpty(site: Site, grid: string): Promise<void> {
  const ledger = new GridLedger(site.calls, grid);
  assertEquals([await ledger.jobs(), await ledger.openTakes()], [[], []]);
}
