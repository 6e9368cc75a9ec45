/**
 * The steps of the gate, in stages: those of one stage run side by side.
 *
 * @module
 */

import { join } from "@std/path";
import { judgeDocumentation } from "./documentation.ts";
import type { Step } from "./step.ts";

/** Everything that is checked and formatted. */
const ROOMS = ["mod.ts", "lib", "roles", "sim", "tools", "test", "bench"];
/** Where code in comments and pages is run. */
const EXAMPLES = ["mod.ts", "lib", "roles", "sim", "README.md", "docs"];

async function existing(root: string, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    try {
      await Deno.stat(join(root, name));
      found.push(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}

/** Modules of `lib` that others may import; a name that begins with `_` is private. */
async function publicModules(root: string, folder: string): Promise<string[]> {
  const modules: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    if (name.startsWith("_")) continue;
    const path = `${folder}/${name}`;
    if (isDirectory) modules.push(...await publicModules(root, path));
    else if (name.endsWith(".ts")) modules.push(path);
  }
  return modules.sort();
}

/**
 * Lists the steps of the gate.
 *
 * @param root The project's directory.
 * @returns The stages, in order.
 */
export async function gateStages(root: string): Promise<readonly (readonly Step[])[]> {
  const documented = [...await existing(root, ["mod.ts"]), ...await publicModules(root, "lib")];
  return [
    [
      { name: "format", args: ["fmt", "--check"] },
      { name: "lint", args: ["lint", "--quiet"] },
      { name: "types", args: ["check", "--quiet", ...await existing(root, ROOMS)] },
      {
        name: "documentation",
        args: ["doc", "--lint", ...documented],
        judge: (output) => judgeDocumentation(root, output),
      },
      {
        // By itself: what only a module beside it exports is missing here.
        name: "public interface",
        args: ["doc", "--lint", "mod.ts"],
        judge: (output) => judgeDocumentation(root, output),
      },
    ],
    [{
      name: "examples",
      args: ["test", "--doc", "--quiet", "-A", ...await existing(root, EXAMPLES)],
    }],
    [{ name: "tests", args: ["task", "--quiet", "test"] }],
  ];
}
