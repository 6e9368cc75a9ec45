/**
 * From flags to a load test and its result.
 *
 * @module
 */
import { type LoadResult, runLoad, type Snapshot } from "../../sim/load/mod.ts";
import type { SimulateFlags } from "./command_line.ts";

/**
 * Runs what the flags describe.
 *
 * @param flags The flags.
 * @param signal Ends it early.
 * @param onSnapshot Told of the state of things.
 * @returns What came of it.
 */
export async function runSimulation(
  flags: SimulateFlags,
  signal: AbortSignal,
  onSnapshot: (snapshot: Snapshot) => void,
): Promise<LoadResult> {
  return await runLoad({ ...flags, signal, onSnapshot });
}
