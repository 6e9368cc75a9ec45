/**
 * `deno task simulate`: how many agents can this site hold? Thousands of them, made of the real role,
 * against real managers. Exit code 1 when a threshold is not kept or anything is lost.
 *
 * @module
 */
import { parseCommandLine } from "../lib/cli/flags.ts";
import { EXIT, printJson, printLine, runMain } from "../lib/cli.ts";
import type { LoadResult } from "../sim/load/mod.ts";
import { simulateCommandLine } from "./simulate/command_line.ts";
import { progressLine } from "./simulate/progress.ts";
import { runSimulation } from "./simulate/run.ts";
import { printSummary } from "./simulate/summary.ts";
import { checkThresholds, type ThresholdResult } from "./simulate/threshold.ts";

const NAME = "copilot-simulate";

/** The object of `--json`. */
function jsonOf({ series: _, ...figures }: LoadResult, thresholds: readonly ThresholdResult[]) {
  return { ...figures, thresholds };
}

async function main(signal: AbortSignal): Promise<number> {
  const flags = parseCommandLine(simulateCommandLine, {
    name: NAME,
    summary: "Runs thousands of agents against real managers and measures what they see",
  });
  const result = await runSimulation(
    flags,
    signal,
    (snapshot) => printLine(progressLine(snapshot)),
  );
  const thresholds = checkThresholds(flags.thresholds, result);
  printSummary(result, thresholds);
  if (flags.json) printJson(jsonOf(result, thresholds));
  if (result.interrupted) return EXIT.interrupted;
  const isGood = result.violations.length === 0 && thresholds.every(({ ok }) => ok);
  return isGood ? EXIT.done : EXIT.failed;
}

if (import.meta.main) await runMain(main, { name: NAME });
