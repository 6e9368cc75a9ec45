/**
 * The grids of the demo, by the name that `--grid` takes.
 *
 * @module
 */
import type { DemoGrid } from "./demo_grid.ts";

/** Loads and opens a grid: a demo without one needs none of it. */
const OPEN = {
  alien: async () => (await import("./alien.ts")).openAlienDemo(),
  panda: async () => (await import("./panda.ts")).openPandaDemo(),
} as const satisfies Readonly<Record<string, () => Promise<DemoGrid>>>;

/** Name of a grid. */
export type GridName = keyof typeof OPEN;

/** All names. */
export const GRIDS = Object.keys(OPEN) as GridName[];

/** Starts a grid's services. */
export async function openDemoGrid(name: GridName): Promise<DemoGrid> {
  return await OPEN[name]();
}
