/** The README's script, as typed, on a site with a manager and an agent. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "./_program.ts";
import { assertEnded, ToolSite } from "./_tool_site.ts";

/** The page's section of that name. */
function section(page: string, name: string): string {
  const [, text] = page.split(`\n## ${name}\n`);
  assert(text !== undefined, `README.md has no page ${name}`);
  return text.split("\n## ")[0] ?? "";
}

Deno.test("the README's script runs a job and prints what came of it", async () => {
  await using site = await ToolSite.open();
  const page = section(await Deno.readTextFile(join(ROOT, "README.md")), "Scripts");
  const [, script] = /```ts[^\n]*\n([^]*?)```/.exec(page) ?? [];
  assert(script !== undefined);
  const path = join(site.directory, "sum.ts");
  await Deno.writeTextFile(path, script);
  site.start("jobmanager", []);
  site.start("agent", []);
  const result = await site.run("submit", ["run", "-A", `--config=${ROOT}deno.json`, path], {
    launcher: Deno.execPath(),
    cwd: ROOT,
  });
  assertEnded(result, 0);
  const lines = result.stdout.trimEnd().split("\n");
  assertEquals([lines[0], lines.at(-2), lines.at(-1)], ["waiting", "succeeded", "0 5"]);
});
