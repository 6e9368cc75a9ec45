/**
 * From the command line to what is tested.
 *
 * @module
 */
import type { ConformanceOptions } from "./command_line.ts";
import { embeddedTarget } from "./embedded/embedded_target.ts";
import type { Target } from "./target.ts";

/**
 * Opens the target.
 *
 * @param options The command line.
 */
export function openTarget(_options: ConformanceOptions): Promise<Target> {
  return Promise.resolve(embeddedTarget());
}
