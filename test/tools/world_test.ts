import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { parseTrace } from "../../lib/trace/mod.ts";
import { runProgram } from "./_program.ts";
import { assertEnded } from "./_tool_site.ts";

const SMALL = ["--agents=3", "--jobs=4"];

interface Sums {
  readonly seeds: number;
  readonly jobs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly failures: readonly { readonly command: string; readonly faults: readonly string[] }[];
}

/** Runs something in a temporary directory. */
async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "copilot-world-" });
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("world --seeds --workers --json runs seeds side by side and sums them up", async () => {
  const result = await runProgram("world", {
    args: [...SMALL, "--seeds=4", "--workers=2", "--twice", "--json"],
  });
  assertEnded(result, 0);
  const { seeds, jobs, succeeded, failed, lost, duplicated, failures } = result.json<Sums>();
  assertEquals([seeds, jobs, succeeded + failed], [4, 16, 16]);
  assertEquals([lost, duplicated, failures], [0, 0, []]);
});

Deno.test("world shows one world as it is, and the same again for the same seed", async () => {
  const run = async () => {
    const result = await runProgram("world", { args: [...SMALL, "--seed=7", "--json"] });
    assertEnded(result, 0);
    return result.json<Record<string, unknown>>();
  };
  const { seconds: _, ...first } = await run();
  const { seconds: __, ...second } = await run();
  assertEquals(second, first);
  assertEquals([first["seed"], first["agents"], first["violations"]], [7, 3, []]);
});

Deno.test("world exits with 1 on a violation, and prints what shows it again", async () => {
  await inDirectory(async (directory) => {
    const trace = join(directory, "trace.jsonl");
    const args = [...SMALL, "--defect=ack-before-commit", `--trace=${trace}`];
    const result = await runProgram("world", { args });
    assertEnded(result, 1, /breaks "ack after commit" after .* s: /);
    assert(parseTrace(await Deno.readTextFile(trace)).length > 10);
    const [, flags = ""] = /^ {2}deno task world (.*)$/m.exec(result.stderr) ?? [];
    const again = await runProgram("world", {
      args: [...flags.replaceAll("'", "").split(" "), "--json", `--trace=${trace}`],
    });
    assertEnded(again, 1);
    assertEquals(again.json<Sums>().failures[0]?.faults, []);
  });
});

Deno.test("world refuses what it does not know", async () => {
  const result = await runProgram("world", { args: ["--profile=pleasant"] });
  assertEnded(result, 2, /stormy/);
  assertMatch(result.stderr, /Try: copilot-world --help/);
});
