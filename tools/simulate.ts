/**
 * `deno task simulate`: how many agents can this site hold? Thousands of them, made of the real role,
 * against real managers. Exit code 1 when a threshold is not kept or anything is lost.
 *
 * @module
 */
import { parseCommandLine } from "../lib/cli/flags.ts";
import { checkReportFiles, EXIT, printJson, runMain } from "../lib/cli.ts";
import type { LoadResult } from "../sim/load/mod.ts";
import { simulateCommandLine, type SimulateFlags } from "./simulate/command_line.ts";
import { loadPage } from "./simulate/page/page.ts";
import { openProgress } from "./simulate/progress.ts";
import { runSimulation } from "./simulate/run.ts";
import type { Goal } from "./simulate/screen.ts";
import { printSummary } from "./simulate/summary.ts";
import { checkThresholds, type ThresholdResult } from "./simulate/threshold.ts";

const NAME = "copilot-simulate";

function goalOf(flags: SimulateFlags): Goal {
  const { agents, jobs, arrivalTrace, forSeconds, warmUpSeconds, time } = flags;
  const isTimed = time === "real" && forSeconds !== undefined;
  return {
    agents,
    jobs: jobs ?? (isTimed || arrivalTrace !== undefined ? undefined : 10 * agents),
    seconds: isTimed ? forSeconds + warmUpSeconds : undefined,
  };
}

/** The object of `--json`. */
function jsonOf({ series: _, ...figures }: LoadResult, thresholds: readonly ThresholdResult[]) {
  return { ...figures, thresholds };
}

async function run(flags: SimulateFlags, signal: AbortSignal): Promise<LoadResult> {
  using progress = openProgress(goalOf(flags), Deno.stdout.isTerminal());
  return await runSimulation(flags, signal, (snapshot) => progress.show(snapshot));
}

async function main(signal: AbortSignal): Promise<number> {
  const flags = parseCommandLine(simulateCommandLine, {
    name: NAME,
    summary: "Runs thousands of agents against real managers and measures what they see",
  });
  await checkReportFiles(flags.html);
  const startedAt = new Date().toString();
  const result = await run(flags, signal);
  const thresholds = checkThresholds(flags.thresholds, result);
  printSummary(result, thresholds);
  if (flags.html !== undefined) {
    const command = ["deno task simulate", ...Deno.args].join(" ");
    await Deno.writeTextFile(flags.html, loadPage({ result, thresholds, command, startedAt }));
  }
  if (flags.json) printJson(jsonOf(result, thresholds));
  if (result.interrupted) return EXIT.interrupted;
  const isGood = result.violations.length === 0 && thresholds.every(({ ok }) => ok);
  return isGood ? EXIT.done : EXIT.failed;
}

if (import.meta.main) await runMain(main, { name: NAME });
