/**
 * One bench in this process: `measure.ts NAME SETTINGS` prints its rows as the last line.
 *
 * @module
 */
import { printErrorLine, printJson, runMain } from "../lib/cli.ts";
import { BENCHES } from "./benches.ts";
import type { BenchSettings } from "./row.ts";

async function main(signal: AbortSignal): Promise<number> {
  const [name = "", settings = ""] = Deno.args;
  const bench = BENCHES.find((bench) => bench.name === name);
  if (bench === undefined) throw new Error(`Cannot find a bench named ${name}`);
  const { mode, runs }: BenchSettings = JSON.parse(settings);
  const progress = (text: string) => printErrorLine(`  ${text}`);
  printJson(await bench.measure({ mode, runs, signal, progress }));
  return 0;
}

if (import.meta.main) await runMain(main, { name: "copilot-bench" });
