import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { judgeDocumentation } from "../../tools/ok/documentation.ts";
import { runStep } from "../../tools/ok/step.ts";

const never = new AbortController().signal;

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("runStep() passes a command that succeeds, and keeps its output to itself", async () => {
  const step = { name: "eval", args: ["eval", "console.log(1)"] };
  const { passed, output, name } = await runStep(step, ".", never);
  assertEquals([name, passed, output], ["eval", true, ""]);
});

Deno.test("runStep() shows what a failing command said", async () => {
  const args = ["eval", "console.log('seen'); Deno.exit(3)"];
  const { passed, output } = await runStep({ name: "eval", args }, ".", never);
  assertEquals([passed, output], [false, "seen\n"]);
});

Deno.test("runStep() lets a judge pass a failing command", async () => {
  const step = { name: "eval", args: ["eval", "Deno.exit(1)"], judge: () => Promise.resolve("") };
  assertEquals((await runStep(step, ".", never)).passed, true);
});

Deno.test("runStep() throws when it is aborted", async () => {
  const step = { name: "eval", args: ["eval", "0"] };
  await assertRejects(
    () => runStep(step, ".", AbortSignal.abort(new Error("stop"))),
    Error,
    "stop",
  );
});

Deno.test("judgeDocumentation() forgives types of packages only", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "a.ts");
    await Deno.writeTextFile(
      path,
      `import type { Parser } from "@optique/core/parser";\nimport { own } from "./own.ts";\n`,
    );
    const finding = (type: string) =>
      `error[private-type-ref]: public type 'f' references private type '${type}'\n` +
      `  --> ${path}:71:1\n   | \n71 | export\n`;
    const judge = (...types: string[]) =>
      judgeDocumentation(directory, `${types.map(finding).join("\n")}\nerror: Found 2 errors`);
    assertEquals(await judge("Parser"), "");
    assertEquals(
      await judge("Parser", "own"),
      "a.ts:71:1: public type 'f' references private type 'own'\n",
    );
    assertEquals((await judge("Parse", "Own")).split("\n").length, 3);
    assertStringIncludes(await judgeDocumentation(directory, "error: no such file"), "no such");
  });
});
