/**
 * The world: the real manager and agent code in virtual time, thousands of agents, faults from a seed, every
 * invariant checked after every step. A failure is one line that replays it exactly.
 *
 * @example
 * ```ts
 * import { runWorld } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { lost, violations } = await runWorld({ profile: "stormy", agents: 3, jobs: 4, seed: 7 });
 * assertEquals([lost, violations], [0, []]);
 * ```
 *
 * @module
 */
export { DEFECT_NAMES, type DefectName, DEFECTS } from "./defects.ts";
export { type Faults, PROFILE_NAMES, type ProfileName, PROFILES } from "./faults.ts";
export type { Violation, WorldJobs, WorldOptions, WorldProgress, WorldResult } from "./options.ts";
export { runWorld } from "./run_world.ts";
export { VirtualClock } from "./virtual_clock.ts";
export { commandLine, recordWorld, shrinkFaults, type ShrinkOptions } from "./shrink.ts";
