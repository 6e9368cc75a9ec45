/**
 * The one gate: `deno task ok` checks format, lint, types, documentation, examples, and runs the
 * tests, layering and style among them. Exit code 0 when all is well, 1 when not.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { multiple } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import { choice } from "@optique/core/valueparser";
import { parseCommandLine } from "../lib/cli/flags.ts";
import { EXIT, paint, printLine, runMain } from "../lib/cli.ts";
import { runStep, type StepResult } from "./ok/step.ts";
import { gateStages } from "./ok/steps.ts";

const ROOT = fromFileUrl(new URL("..", import.meta.url));

function report({ name, passed, tookMs, output }: StepResult): void {
  const verdict = passed ? paint("ok    ", "green") : paint("FAILED", "red");
  const seconds = (tookMs / 1000).toFixed(1);
  printLine(`${verdict} ${name.padEnd(14)} ${seconds.padStart(6)} s`);
  if (!passed) printLine(output.trimEnd().replace(/^/gm, "    "));
}

async function main(signal: AbortSignal): Promise<number> {
  const stages = await gateStages(ROOT);
  const names = stages.flat().map(({ name }) => name);
  const chosen = parseCommandLine(multiple(argument(choice(names, { metavar: "STEP" }))), {
    name: "ok",
    summary: "Checks everything that can be checked without servers, or only the named steps",
  });
  let allPassed = true;
  for (const stage of stages) {
    const steps = stage.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
    await Promise.all(steps.map(async (step) => {
      const result = await runStep(step, ROOT, signal);
      report(result);
      allPassed &&= result.passed;
    }));
  }
  return allPassed ? EXIT.done : EXIT.failed;
}

if (import.meta.main) await runMain(main, { name: "ok" });
