/**
 * Runs one job in a process of its own, which has no other children and no more permissions than its
 * command line gives it; prints the result as JSON.
 *
 * @module
 */

import { processRunner } from "../../../lib/machine/process_runner.ts";

const [directory = "", request = "{}"] = Deno.args;
const result = await processRunner().run({
  directory,
  program: "_wrapper_.sh",
  stdoutFile: "stdout",
  stderrFile: "stderr",
  ...JSON.parse(request),
});
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(result)));
