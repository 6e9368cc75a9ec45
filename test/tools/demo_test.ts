import { assert, assertEquals } from "@std/assert";
import { runProgram } from "./_program.ts";
import { assertEnded } from "./_tool_site.ts";

Deno.test("demo --json runs its jobs, loses an agent on the way, and sums up", async () => {
  const result = await runProgram("demo", { args: ["--jobs=4", "--agents=2", "--json"] });
  assertEnded(result, 0);
  const { seconds, ...counts } = result.json<Record<string, number>>();
  assertEquals(counts, { jobs: 4, succeeded: 4, failed: 0, requeued: 1 });
  assert(seconds !== undefined && seconds > 0);
  assertEquals(result.stdout.trimEnd().split("\n").length, 1);
});
