import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { GridError } from "../../../../lib/grid/adapter.ts";
import {
  type CommandBook,
  GridCommands,
  parseCommandBook,
  stepsThatShow,
} from "../../../../lib/grid/commands/grid_commands.ts";
import { processCommands } from "../../../../lib/grid/commands/process_commands.ts";
import { createLogger, memorySink } from "../../../../lib/log.ts";

const sink = memorySink();

function commands(book: CommandBook, timeoutMs = 60_000): GridCommands {
  const log = createLogger({ sinks: [sink] });
  return new GridCommands({ grid: "AliEn", book, runner: processCommands(), timeoutMs, log });
}

Deno.test("a command is given each value as one word, whatever is in it, and never as an option", async () => {
  const told = commands({
    say: ["printf", "%s|", "{a}", "-{a}", "{b}{a}", "{none}", "{constructor}"],
  });
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), async (a) => {
      const { stdout } = await told.run("say", { a, b: "$(id); `id`" });
      const word = new TextDecoder().decode(new TextEncoder().encode(a)).replaceAll("\0", "");
      const bare = word.replace(/^-+/, "");
      assertEquals(stdout, `${bare}|-${word}|$(id); \`id\`${word}|{none}|{constructor}|`);
    }),
    { numRuns: 20, examples: [["'; touch x; '"], ["{b}"], ["\0"], ["-n"], ["--a-"]] },
  );
});

Deno.test("a command reads secrets on its standard input, or not, and its arguments show none", async () => {
  const seen = commands({
    read: ["/bin/sh", "-c", "cat; tr '\\0' '\\n' </proc/$$/cmdline >&2", "{file}"],
    ignore: ["/bin/true"],
    none: ["cat"],
  });
  const { stdout, stderr } = await seen.run("read", { file: "f" }, { input: "the envelope\n" });
  assertEquals([stdout, stderr.includes("envelope")], ["the envelope\n", false]);
  await seen.run("ignore", {}, { input: "x".repeat(2 ** 20) });
  assertEquals((await seen.run("none", {})).stdout, "");
});

Deno.test("stepsThatShow() names the steps that show a value", () => {
  const book = { upload: ["xrdcp", "{file}", "{url}?authz={envelope}"], take: ["take", "{host}"] };
  assertEquals(stepsThatShow("envelope", book), ["upload"]);
  assertEquals(stepsThatShow("file", { upload: ["send"] }), []);
});

Deno.test("a command that takes too long is killed, what it leaves behind is not waited for", async () => {
  for (const wait of [["sleep", "60"], ["/bin/sh", "-c", "sleep 2 & wait"]]) {
    const error = await assertRejects(
      () => commands({ wait }, 50).run("wait", {}, { input: "x".repeat(2 ** 20) }),
      GridError,
      "The command for wait of AliEn took over 50 ms",
    );
    assert(error.transient);
  }
});

Deno.test("a command's exit status says whether it may be tried again", async () => {
  for (const [code, transient] of [[1, true], [75, true], [65, false]] as const) {
    const book = { fail: ["/bin/sh", "-c", `echo "no luck" >&2; exit ${code}`] };
    const error = await assertRejects(() => commands(book).run("fail", {}), GridError, "no luck");
    assertEquals([code, error.transient], [code, transient]);
  }
});

Deno.test("a program that is missing is told by name", async () => {
  await assertRejects(
    () => commands({ take: ["/nowhere/alien-take"] }).run("take", {}),
    GridError,
    "Cannot start /nowhere/alien-take",
  );
  await assertRejects(() => commands({}).run("take", {}), GridError, "No command is configured");
});

Deno.test("what a command says as errors is kept in the log", async () => {
  await commands({ talk: ["/bin/sh", "-c", "echo found a site >&2"] }).run("talk", {});
  assertMatch(JSON.stringify(sink.records.at(-1)), /talk: found a site/);
});

Deno.test("a command that prints without end is read to its end, and kept in part", async () => {
  const { stdout } = await commands({ flood: ["head", "-c", "3000000", "/dev/zero"] }).run(
    "flood",
    {},
  );
  assertEquals(stdout.length, 2 ** 20);
});

Deno.test("parseCommandBook() reads argument lists and names what is none", () => {
  assertEquals(parseCommandBook('{"take": ["a", "{id}"]}', ["take"]), { take: ["a", "{id}"] });
  const bad = [
    "[]",
    "null",
    "{",
    '{"steal": ["a"]}',
    '{"take": "a b"}',
    '{"take": []}',
    '{"take": [1]}',
    '{"take": [""]}',
  ];
  for (const text of bad) assertThrows(() => parseCommandBook(text, ["take"]), SyntaxError);
  assertThrows(
    () => parseCommandBook('{"status": ["a"]}', ["take", "status"], ["status", "take"]),
    SyntaxError,
    "Cannot do without a command for take",
  );
});
