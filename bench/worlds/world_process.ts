/**
 * One world in a process of its own, so that its memory is its own: `world_process.ts OPTIONS` prints what
 * it took as the last line.
 *
 * @module
 */
import { resourceUsage } from "node:process";
import { printJson, runMain } from "../../lib/cli.ts";
import { runWorld, type WorldOptions } from "../../sim/world/mod.ts";

/** What a world took. */
export interface WorldFigures {
  /** Real time. */
  readonly seconds: number;
  /** Virtual time that passed. */
  readonly virtualSeconds: number;
  /** Time of the CPU, all threads together. */
  readonly cpuSeconds: number;
  /** The largest resident set of the process. */
  readonly peakBytes: number;
  readonly stanzas: number;
  /** Jobs that have ended. */
  readonly ended: number;
}

async function main(): Promise<number> {
  const options: WorldOptions = JSON.parse(Deno.args[0] ?? "{}");
  const { seconds, virtualSeconds, stanzas, succeeded, failed, lost, violations } = await runWorld(
    options,
  );
  if (lost > 0 || violations.length > 0) {
    throw new Error(`The world broke: ${lost} jobs lost, ${JSON.stringify(violations)}`);
  }
  const { maxRSS, userCPUTime, systemCPUTime } = resourceUsage();
  const figures: WorldFigures = {
    seconds,
    virtualSeconds,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakBytes: maxRSS * 1024,
    stanzas,
    ended: succeeded + failed,
  };
  printJson(figures);
  return 0;
}

if (import.meta.main) await runMain(main, { name: "copilot-bench-world" });
