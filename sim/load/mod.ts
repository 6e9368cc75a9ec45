/**
 * Load tests: thousands of agents, made of the real role, against real managers, in one process or over
 * TCP; and the same figures of a world in virtual time.
 *
 * @module
 */
export { type Arrival, arrivalAtTimes, parseArrival } from "./arrival.ts";
export { type Distribution, parseDistribution, type Quantity } from "./distribution.ts";
export { type LatencySummaries, type LatencySummary, type Phase, PHASES } from "./latencies.ts";
export type {
  Address,
  ChirpChoice,
  LoadOptions,
  LoadResult,
  Snapshot,
  XmppTarget,
} from "./options.ts";
export { runVirtual, type VirtualOptions } from "./run_virtual.ts";
export { runLoad } from "./run_load.ts";
