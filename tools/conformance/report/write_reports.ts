/**
 * Reports in files, and the merging of earlier runs.
 *
 * @module
 */
import { EXIT, printLine, UsageError } from "../../../lib/cli.ts";
import { messageOf } from "../../../lib/error_message.ts";
import type { ConformanceOptions } from "../command_line.ts";
import type { RunResult } from "../result.ts";
import { htmlReport } from "./html.ts";
import { junitReport } from "./junit.ts";
import { parseRunResult } from "./run_result.ts";

/** Writes what the command line asks for. */
export async function writeReports(options: ConformanceOptions, run: RunResult): Promise<void> {
  if (options.junit !== undefined) await Deno.writeTextFile(options.junit, junitReport(run));
  if (options.html !== undefined) await Deno.writeTextFile(options.html, htmlReport([run]));
}

/**
 * Puts the results of earlier runs side by side.
 *
 * @param options The command line.
 * @returns The exit code.
 * @throws {UsageError} When a file is no result of a run, or no `--html` is given.
 */
export async function mergeReports(options: ConformanceOptions): Promise<number> {
  const { html } = options;
  if (html === undefined) throw new UsageError("Cannot merge results: --html FILE is missing");
  const runs: RunResult[] = [];
  for (const file of [...options.merge, ...options.more]) {
    runs.push(parseRunResult(await readResult(file), file));
  }
  await Deno.writeTextFile(html, htmlReport(runs));
  printLine(`Wrote ${html}: ${runs.map(({ implementation }) => implementation).join(" | ")}`);
  return EXIT.done;
}

async function readResult(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    const reason = messageOf(error);
    throw new UsageError(`Cannot read ${file}: ${reason}`);
  }
}
