/**
 * Everything that is fuzzed.
 *
 * @module
 */
import { carbonTargets } from "./carbon_targets.ts";
import { mongoTargets } from "./mongo_targets.ts";
import { protocolTargets } from "./protocol_targets.ts";
import { secureTargets } from "./secure_targets.ts";
import type { Target } from "./target.ts";
import { textTargets } from "./text_targets.ts";

/** All targets, by what they read. */
export const TARGETS: readonly Target[] = [
  ...protocolTargets,
  ...secureTargets,
  ...textTargets,
  ...mongoTargets,
  ...carbonTargets,
];
