/**
 * What `deno doc --lint` finds, without what nobody can mend: a type of an npm package in a
 * signature counts as private for it, since no module of ours exports it.
 *
 * @module
 */

import { relative } from "@std/path";

const PRIVATE_TYPE = /^error\[private-type-ref\].*private type '([^']+)'\n\s*--> (.+?):\d+:\d+/;

/** Whether a module imports a type from a package rather than from a file of ours. */
async function comesFromPackage(path: string, type: string): Promise<boolean> {
  const name = type.split(".")[0];
  const imports = new RegExp(
    `^import\\b[^;]*(\\{[^}]*\\b${name}\\b[^}]*\\}|\\b${name}\\b)\\s*from\\s*"([^"]+)"`,
    "gm",
  );
  for (const [, , specifier = ""] of (await Deno.readTextFile(path)).matchAll(imports)) {
    if (!specifier.startsWith(".")) return true;
  }
  return false;
}

/**
 * Picks the findings that count.
 *
 * @param root The project's directory.
 * @param output What `deno doc --lint` said.
 * @returns The findings, one a line; empty where none counts. Output of another kind stays whole.
 */
export async function judgeDocumentation(root: string, output: string): Promise<string> {
  const findings = output.split(/\n(?=error)/).filter((block) => /^error\[/.test(block));
  if (findings.length === 0) return output;
  const counted: string[] = [];
  for (const finding of findings) {
    const [, type, path] = PRIVATE_TYPE.exec(finding) ?? [];
    const isForeign = type !== undefined && path !== undefined &&
      await comesFromPackage(path, type);
    if (isForeign) continue;
    const [, what = finding, where = ""] = /^error\[[\w-]+\]: (.*)\n\s*--> (.*)/.exec(finding) ??
      [];
    counted.push(`${relative(root, where)}: ${what}\n`);
  }
  return counted.join("");
}
