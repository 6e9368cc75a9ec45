/**
 * `deno task world`: runs the real roles through storms in virtual time, a seed each, and checks every
 * invariant after every step. Exit code 1 when one breaks; the line printed with it shows it again.
 *
 * @module
 */
import { parseCommandLine } from "../lib/cli/flags.ts";
import { EXIT, printErrorLine, printJson, runMain } from "../lib/cli.ts";
import { systemClock } from "../lib/clock.ts";
import type { SeedTask } from "./world/run_one.ts";
import { worldCommandLine, type WorldFlags, worldOf } from "./world/command_line.ts";
import { runSeeds } from "./world/run_seeds.ts";
import { printFailure, Summary } from "./world/summary.ts";

const NAME = "copilot-world";

/** Every seed as a task. */
function* tasksOf(flags: WorldFlags): Generator<SeedTask> {
  const { twice, shrinkRuns } = flags;
  const world = worldOf(flags);
  for (let index = 0; index < flags.seeds; index++) {
    yield { world: { ...world, seed: flags.seed + index }, twice, shrinkRuns };
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const flags = parseCommandLine(worldCommandLine, {
    name: NAME,
    summary: "Runs managers and agents through storms in virtual time and checks every step",
  });
  const startedMs = systemClock.now();
  const summary = new Summary();
  await runSeeds(tasksOf(flags), Math.min(flags.workers, flags.seeds), signal, (result) => {
    summary.add(result);
    if (result.failure !== undefined) printFailure(result.failure);
  });
  const seconds = (systemClock.now() - startedMs) / 1000;
  const [failure] = summary.failures;
  if (failure !== undefined) {
    const file = flags.trace ?? `world-${failure.seed}.jsonl`;
    await Deno.writeTextFile(file, failure.trace);
    printErrorLine(`The trace of seed ${failure.seed} is in ${file}`);
  }
  if (flags.json) printJson(summary.object(seconds));
  else summary.print(seconds);
  if (signal.aborted) return EXIT.interrupted;
  return failure === undefined ? EXIT.done : EXIT.failed;
}

if (import.meta.main) await runMain(main, { name: NAME });
