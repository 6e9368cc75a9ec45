/**
 * The fuzzer from the command line: `deno task fuzz --mutants 100000 --seed 7`, and with `--index` one
 * mutant again. Exit code 0 where nothing was found, 1 where something was.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, integer } from "@optique/core/valueparser";
import { parseCommandLine } from "../../lib/cli/flags.ts";
import { EXIT, paint, printLine, runMain } from "../../lib/cli.ts";
import { formatFinding } from "./hunt.ts";
import { TARGETS } from "./targets.ts";
import { type CampaignReport, watch } from "./watch.ts";

const NAMES = TARGETS.map(({ name }) => name);

const flags = object({
  mutants: withDefault(
    option("--mutants", integer({ min: 1, metavar: "N" }), {
      description: message`Mutants of each target`,
    }),
    10_000,
  ),
  seed: withDefault(
    option("--seed", integer({ min: 0, metavar: "S" }), {
      description: message`Another seed gives other mutants`,
    }),
    1,
  ),
  targets: multiple(option("--target", choice(NAMES, { metavar: "TARGET" }), {
    description: message`What is fuzzed; default: everything`,
  })),
  index: optional(option("--index", integer({ min: 0, metavar: "I" }), {
    description: message`Try this mutant alone`,
  })),
});

function report({ target, finding, tookMs, slowestMs, slowestIndex }: CampaignReport): void {
  const verdict = finding === undefined ? paint("ok    ", "green") : paint("DEFECT", "red");
  const seconds = (tookMs / 1000).toFixed(1).padStart(6);
  const slowest = `slowest ${slowestMs.toFixed(1)} ms, --index ${slowestIndex}`;
  printLine(`${verdict} ${target.padEnd(16)} ${seconds} s  ${slowest}`);
}

async function main(signal: AbortSignal): Promise<number> {
  const { mutants, seed, targets, index } = parseCommandLine(flags, {
    name: "fuzz",
    summary: "Damages good texts and looks whether everything that reads them bears it",
  });
  const chosen = TARGETS.filter(({ name }) => targets.length === 0 || targets.includes(name));
  const findings = await watch(new URL("./targets.ts", import.meta.url).href, chosen, {
    seed,
    from: index ?? 0,
    mutants: index === undefined ? mutants : 1,
    onDone: report,
    signal,
  });
  for (const finding of findings) printLine(formatFinding(finding));
  return findings.length === 0 ? EXIT.done : EXIT.failed;
}

if (import.meta.main) await runMain(main, { name: "fuzz" });
