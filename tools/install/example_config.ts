/**
 * Commented configuration files, made from the declarations.
 *
 * @module
 */
import type { Variable, Variables } from "../../lib/config.ts";

/**
 * Writes a configuration file in which only what is required is to be filled in.
 *
 * @param component Name of the component.
 * @param variables Its declarations.
 * @returns The text: a comment a variable, defaults and optional ones commented out.
 */
export function exampleConfig(component: string, variables: Variables): string {
  const blocks = Object.values(variables).map((variable) =>
    `# ${variable.meaning}\n${settingOf(variable)}\n`
  );
  return `# Configuration of ${component}: VARIABLE VALUE\n\n${blocks.join("\n")}`;
}

function settingOf(variable: Variable): string {
  if (variable.required) return `${variable.name} ${variable.example}`;
  const value = "default" in variable && variable.default !== undefined
    ? variable.default
    : variable.example;
  const text = typeof value === "boolean" ? (value ? "on" : "off") : value;
  return `#${variable.name} ${text}`;
}
