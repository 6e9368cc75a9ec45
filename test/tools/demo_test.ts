import { assert, assertEquals, assertMatch } from "@std/assert";
import { hasProgram } from "../../tools/demo/programs.ts";
import { runProgram, startProgram } from "./_program.ts";
import { assertEnded } from "./_tool_site.ts";

Deno.test("demo --json runs its jobs, loses an agent on the way, and sums up", async () => {
  const result = await runProgram("demo", { args: ["--jobs=4", "--agents=2", "--json"] });
  assertEnded(result, 0);
  const { seconds, ...counts } = result.json<Record<string, number>>();
  assertEquals(counts, { jobs: 4, succeeded: 4, failed: 0, requeued: 1 });
  assert(seconds !== undefined && seconds > 0);
  assertEquals(result.stdout.trimEnd().split("\n").length, 1);
});

Deno.test("demo --dashboard shows its jobs on a page until it is interrupted", async () => {
  await using demo = startProgram("demo", { args: ["--jobs=2", "--agents=1", "--dashboard"] });
  const line = await demo.printed(/^Watch it at /);
  await demo.printed(/^The site stays at /);
  const page = line.replace("Watch it at ", "");
  const response = await fetch(page);
  assertMatch(await response.text(), /^<!DOCTYPE html>/i);
  const overview = await (await fetch(new URL("/api/overview", page))).json();
  assertEquals(overview.queue.counts.succeeded, 2);
  demo.signal("SIGINT");
  assertEnded(await demo.end(), 0);
});

Deno.test({
  name:
    "demo --grid panda brings output of its pilots to the grid, though an agent is lost on the way",
  // The pilots speak to the PanDA server with it.
  ignore: !await hasProgram("curl"),
  async fn() {
    const result = await runProgram("demo", { args: ["--grid=panda", "--jobs=5", "--json"] });
    assertEnded(result, 0);
    const { seconds: _, ...counts } = result.json<Record<string, number>>();
    assertEquals(counts, { jobs: 5, succeeded: 4, failed: 1, requeued: 1 });
  },
});

Deno.test("demo --grid alien brings a grid's jobs back, though an agent is lost on the way", async () => {
  const result = await runProgram("demo", { args: ["--grid=alien", "--jobs=7", "--json"] });
  assertEnded(result, 0);
  const { seconds: _, ...counts } = result.json<Record<string, number>>();
  assertEquals(counts, { jobs: 7, succeeded: 5, failed: 2, requeued: 1 });
});
