/**
 * `deno task bench`: measures ours beside its peers, in the same run and on the same machine, and prints
 * one table. Exit code 1 when a row does not reach its floor.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, integer } from "@optique/core/valueparser";
import { parseCommandLine } from "../lib/cli/flags.ts";
import { EXIT, printErrorLine, printJson, printLine, runMain } from "../lib/cli.ts";
import { BENCHES } from "./benches.ts";
import { describeMachine } from "./machine.ts";
import { measureApart } from "./measure_apart.ts";
import { type MeasuredBench, reportOf } from "./report.ts";
import { printReport } from "./table.ts";
import type { BenchSettings } from "./row.ts";

const NAME = "copilot-bench";
/** Runs of each contender. */
const RUNS = { quick: 3, full: 7 };

const commandLine = object({
  only: multiple(option("--only", choice(BENCHES.map(({ name }) => name), { metavar: "BENCH" }), {
    description: message`Measure this alone; may be repeated`,
  })),
  quick: option("--quick", { description: message`Fewer and shorter runs` }),
  runs: optional(option("--runs", integer({ min: 1, metavar: "N" }), {
    description: message`Runs of each contender; default: 7, or 3 with --quick`,
  })),
  list: option("--list", { description: message`List the benches and measure nothing` }),
  json: option("--json", { description: message`End with one object` }),
});

async function main(signal: AbortSignal): Promise<number> {
  const { only, quick, runs, list, json } = parseCommandLine(commandLine, {
    name: NAME,
    summary: "Measures ours beside its peers and says which floors are reached",
  });
  if (list) {
    for (const { name, about } of BENCHES) printLine(`${name.padEnd(18)} ${about}`);
    return EXIT.done;
  }
  const mode = quick ? "quick" : "full";
  const settings: BenchSettings = { mode, runs: runs ?? RUNS[mode] };
  const chosen = BENCHES.filter(({ name }) => only.length === 0 || only.includes(name));
  const machine = await describeMachine();
  const measured: MeasuredBench[] = [];
  // One after the other, each in a process of its own: none disturbs another, nor takes it along.
  for (const { name, about } of chosen) {
    printErrorLine(`${name}: ${about}`);
    measured.push({ bench: name, rows: await measureApart(name, settings, signal) });
  }
  const report = reportOf(measured, settings, machine);
  if (json) printJson(report);
  else printReport(report);
  return report.reached ? EXIT.done : EXIT.failed;
}

if (import.meta.main) await runMain(main, { name: NAME });
