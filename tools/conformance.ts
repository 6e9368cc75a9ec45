/**
 * `deno task conformance`: holds an implementation against the rules of the protocol, one by one, by
 * playing the other side.
 *
 * @module
 */
import { parseCommandLine } from "../lib/cli/flags.ts";
import { EXIT, printJson, printLine, runMain } from "../lib/cli.ts";
import { systemClock } from "../lib/clock.ts";
import { ALL_CASES } from "./conformance/cases/all_cases.ts";
import { conformanceFlags } from "./conformance/command_line.ts";
import { openTarget } from "./conformance/open_target.ts";
import { mergeReports, writeReports } from "./conformance/report/write_reports.ts";
import { printCases, printSummary, TextReport } from "./conformance/report/text.ts";
import { isFailure } from "./conformance/result.ts";
import { runCases } from "./conformance/run_cases.ts";
import { selectCases } from "./conformance/select_cases.ts";

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
  await using target = await openTarget(options);
  const cases = chosen.filter(({ against }) => target.sides.has(against));
  const report = new TextReport();
  if (!options.json) printLine(`Conformance of ${target.title}`);
  const run = await runCases({
    target,
    cases,
    clock: systemClock,
    signal,
    onResult: (result) => options.json ? undefined : report.add(result),
  });
  await writeReports(options, run);
  if (options.json) printJson(run);
  else printSummary(run);
  if (signal.aborted) return EXIT.interrupted;
  return run.results.some((result) => isFailure(result, options.strict)) ? EXIT.failed : EXIT.done;
}

if (import.meta.main) await runMain(main, { name: NAME });
