/**
 * Worlds small enough to be run by the hundred.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  commandLine,
  runWorld,
  type WorldOptions,
  type WorldResult,
} from "../../../sim/world/mod.ts";

/** Some agents, some jobs, two managers and a storm of three hours. */
export const SMALL: WorldOptions = { agents: 3, jobs: 4, managers: 2, hours: 3 };

/** Runs a world in which nothing may go wrong; a failure names the command that shows it again. */
export async function runWhole(options: WorldOptions): Promise<WorldResult> {
  const result = await runWorld(options);
  assertEquals(result.violations, [], commandLine(options));
  const { jobs, succeeded, failed, lost, duplicated } = result;
  assertEquals([succeeded + failed, lost, duplicated], [jobs, 0, 0], commandLine(options));
  return result;
}
