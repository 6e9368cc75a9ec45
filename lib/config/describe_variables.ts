/**
 * Declarations as text: for `--help` and for a page of documentation.
 *
 * @module
 */

import type { Variable, Variables } from "./variables.ts";

function describeDefault(variable: Variable): string {
  if (variable.required === true) return "required";
  if (variable.kind === "boolean") return variable.default === true ? "on" : "off";
  return variable.default === undefined ? "" : String(variable.default);
}

function describeKind(variable: Variable): string {
  if (variable.kind === "choice") return variable.choices.join(", ");
  if (variable.kind === "seconds") return "seconds, or 10m, 2h";
  if (variable.kind === "bytes") return "bytes, or 500MB, 1GiB";
  if (variable.kind === "boolean") return "on or off";
  return "";
}

/** The meaning, other names, and why a variable that changes nothing is read all the same. */
function describeMeaning({ meaning, aliases, withoutEffect }: Variable): string {
  return [
    meaning,
    ...aliases === undefined ? [] : [`also ${aliases.join(", ")}`],
    ...withoutEffect === undefined ? [] : [`no effect: ${withoutEffect}`],
  ].join("; ");
}

/**
 * Describes variables for a terminal: name, flag and default on one line, the meaning under it.
 *
 * @param variables The declarations.
 * @returns Lines without line ends.
 */
export function describeVariables(variables: Variables): string[] {
  return Object.values(variables).flatMap((variable) => {
    const { name, flag, example } = variable;
    const title = flag === undefined ? name : `${name}, --${flag}`;
    const [kind, fallback] = [describeKind(variable), describeDefault(variable)];
    const note = fallback === ""
      ? ""
      : fallback === "required"
      ? ` (${fallback})`
      : ` [${fallback}]`;
    const detail = kind === "" ? `e.g. ${example}` : kind;
    return [`  ${title}${note}`, `      ${describeMeaning(variable)} (${detail})`];
  });
}

/**
 * Describes variables as a Markdown table.
 *
 * @param variables The declarations.
 * @returns The table, with a line end after each row.
 */
export function variablesTable(variables: Variables): string {
  const rows = Object.values(variables).map((variable) => {
    const kind = describeKind(variable);
    const meaning = describeMeaning(variable);
    const code = (text: string) => text === "" ? "" : `\`${text}\``;
    const fallback = describeDefault(variable);
    return [
      code(variable.name),
      kind === "" ? meaning : `${meaning} (${kind})`,
      fallback === "required" ? fallback : code(fallback),
      code(variable.example),
    ];
  });
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return [["Variable", "Meaning", "Default", "Example"], ["---", "---", "---", "---"], ...rows]
    .map((row) => `| ${row.map(cell).join(" | ")} |\n`).join("");
}
