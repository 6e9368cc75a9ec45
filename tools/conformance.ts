/**
 * `deno task conformance`: holds an implementation against the rules of the protocol, one by one, by
 * playing the other side.
 *
 * @module
 */
import { parseCommandLine } from "../lib/cli/flags.ts";
import {
  checkReportFiles,
  EXIT,
  printErrorLine,
  printJson,
  printLine,
  runMain,
} from "../lib/cli.ts";
import { systemClock } from "../lib/clock.ts";
import { ALL_CASES } from "./conformance/cases/all_cases.ts";
import { conformanceFlags } from "./conformance/command_line.ts";
import { openTarget } from "./conformance/open_target.ts";
import { mergeReports, writeReports } from "./conformance/report/write_reports.ts";
import { ProgressReport } from "./conformance/report/progress.ts";
import { printCases, printSummary, TextReport } from "./conformance/report/text.ts";
import { isFailure } from "./conformance/result.ts";
import { runCases } from "./conformance/run_cases.ts";
import { selectCases } from "./conformance/select_cases.ts";
import type { Target } from "./conformance/target.ts";

const NAME = "copilot-conformance";

async function main(signal: AbortSignal): Promise<number> {
  const options = parseCommandLine(conformanceFlags, {
    name: NAME,
    summary: "Holds a Co-Pilot implementation against the rules of the protocol, one by one",
  });
  if (options.merge.length > 0) return await mergeReports(options);
  const chosen = selectCases(ALL_CASES, [...options.only, ...options.more]);
  if (options.list) {
    if (options.json) printJson(chosen.map(({ run: _, ...text }) => text));
    else printCases(chosen);
    return EXIT.done;
  }
  await checkReportFiles(options.html, options.junit);
  const tell = (line: string) => printErrorLine(`${NAME}: ${line}`);
  await using target = await openTarget(options, { signal, tell });
  const cases = chosen.filter(({ against }) => target.sides.has(against));
  const report = new TextReport();
  if (!options.json) printLine(`Conformance of ${target.title}`);
  tellOfSignals(signal, target, tell);
  using progress = new ProgressReport({ total: cases.length, clock: systemClock, tell });
  const run = await runCases({
    target,
    cases,
    clock: systemClock,
    signal,
    onStart: (test) => progress.begin(test),
    onEnd: (test) => progress.end(test),
    onResult: (result) => options.json ? undefined : report.add(result),
  });
  if (options.json) printJson(run);
  else printSummary(run);
  await writeReports(options, run);
  if (signal.aborted) return EXIT.interrupted;
  return run.results.some((result) => isFailure(result, options.strict)) ? EXIT.failed : EXIT.done;
}

/** Says that an interrupted run clears away first, and what is left where a second signal ends even that. */
function tellOfSignals(signal: AbortSignal, target: Target, tell: (line: string) => void): void {
  signal.addEventListener("abort", () => tell("Interrupted: clears away what its cases have made"));
  globalThis.addEventListener("unload", () => {
    if (!signal.aborted) return;
    for (const key of target.leftovers()) tell(`Left behind: ${key}`);
  });
}

if (import.meta.main) await runMain(main, { name: NAME });
