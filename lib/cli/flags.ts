/**
 * Command lines, parsed by Optique. Loading it costs some 50 ms, so that what starts without
 * arguments ({@linkcode readRoleConfig}) loads it only when there are some.
 *
 * @module
 */

import { object } from "@optique/core/constructs";
import { lineBreak, type Message, message, text } from "@optique/core/message";
import { map, multiple, optional } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { option } from "@optique/core/primitives";
import { string, type ValueParser } from "@optique/core/valueparser";
import { runSync } from "@optique/run";
import { describeVariables } from "../config/describe_variables.ts";
import { configFiles, DEFAULT_CONFIG_DIRECTORY } from "../config/sources.ts";
import type { Variables } from "../config/variables.ts";
import { EXIT } from "./exit_code.ts";
import { printErrorLine } from "./output.ts";
import { VERSION } from "./version.ts";

/** What a program says about itself. */
export interface Program {
  /** Name as typed, such as `copilot-agent`; also that of its configuration file. */
  readonly name: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Its configuration variables, listed under `--help`. Default: none. */
  readonly variables?: Variables | undefined;
  /** Component whose configuration file it reads, such as a tool's manager. Default: its name. */
  readonly component?: string | undefined;
  /** The arguments. Default: `Deno.args`. */
  readonly args?: readonly string[] | undefined;
}

/** Configuration given on the command line. */
export interface ConfigFlags {
  /** Directory of the configuration files; `undefined` where the usual one holds. */
  readonly directory: string | undefined;
  /** Values by name of variable; a later flag wins. */
  readonly values: ReadonlyMap<string, string>;
}

const assignment: ValueParser<"sync", readonly [name: string, value: string]> = {
  mode: "sync",
  metavar: "NAME=VALUE",
  placeholder: ["NAME", "VALUE"],
  parse(input) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(input) ?? [];
    if (name !== undefined && value !== undefined) return { success: true, value: [name, value] };
    return { success: false, error: message`Expected NAME=VALUE, found ${input}.` };
  },
  format: ([name, value]) => `${name}=${value}`,
};

/** What a variable's own flag gives: its name and value, or nothing. */
type VariableFlag = Parser<"sync", readonly (readonly [name: string, value: string])[], unknown>;

function variableFlag(flag: string, name: string): VariableFlag {
  // The list of variables under the flags shows it, with default and example.
  const parser = option(`--${flag}`, string({ metavar: "VALUE" }), { hidden: "help" });
  return map(optional(parser), (value) => value === undefined ? [] : [[name, value]]);
}

/**
 * Makes the flags of a program that has configuration variables: `--config DIRECTORY`,
 * `--set NAME=VALUE` for any variable, and the short way for variables that declare a flag.
 *
 * @param variables The declarations.
 * @returns The parser, to be merged with a program's own.
 */
export function configFlags(variables: Variables): Parser<"sync", ConfigFlags, unknown> {
  const flags: Record<string, VariableFlag> = {};
  for (const { flag, name } of Object.values(variables)) {
    if (flag !== undefined) flags[flag] ??= variableFlag(flag, name);
  }
  const parser = object({
    directory: optional(option("--config", string({ metavar: "DIRECTORY" }), {
      description: message`Read configuration from this directory`,
    })),
    assignments: multiple(option("--set", assignment, {
      description: message`Set a configuration variable; may be repeated`,
    })),
    flags: object(flags),
  });
  return map(parser, ({ directory, assignments, flags }) => ({
    directory,
    values: new Map([...assignments, ...Object.values(flags).flat()]),
  }));
}

function lines(texts: readonly string[]): Message {
  return texts.flatMap((line) => [text(line), lineBreak()]).slice(0, -1);
}

function describeConfiguration(name: string, variables: Variables | undefined): Message {
  if (variables === undefined || Object.keys(variables).length === 0) return [];
  const [shared, own] = configFiles(name, "DIRECTORY");
  return lines([
    `Configuration, from ${shared}, ${own}, the environment and flags; the last wins.`,
    `DIRECTORY is that of --config or COPILOT_CONFIG, else ${DEFAULT_CONFIG_DIRECTORY}:`,
    ...describeVariables(variables),
  ]);
}

/**
 * Parses a command line. `--help`, `--version` and `--completion SHELL` (`eval "$(NAME
 * --completion bash)"`) print and exit with 0; wrong usage prints what is wrong and exits with 2.
 *
 * @example A tool with configuration and a flag of its own
 * ```ts
 * import { object } from "@optique/core/constructs";
 * import { option } from "@optique/core/primitives";
 * import { chatRoomVariables, loadConfig } from "../config.ts";
 * import { configFlags, parseCommandLine } from "./flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const variables = chatRoomVariables;
 * const name = "copilot-heartbeat";
 * const { given, json } = parseCommandLine(
 *   object({ given: configFlags(variables), json: option("--json") }),
 *   { name, summary: "Asks components how they are", variables, args: ["--chat-room=dev-env"] },
 * );
 * const { config } = await loadConfig(variables, {
 *   component: name,
 *   directory: given.directory,
 *   flags: given.values,
 * });
 * assertEquals([config.chatRoom, json], ["dev-env", false]);
 * ```
 *
 * @param parser The program's flags and arguments.
 * @param program What it says about itself.
 * @returns What the parser makes of the arguments.
 */
export function parseCommandLine<T>(parser: Parser<"sync", T, unknown>, program: Program): T {
  const { name, summary, variables, component = name, args = Deno.args } = program;
  return runSync(parser, {
    programName: name,
    args,
    brief: message`${text(summary)}`,
    footer: describeConfiguration(component, variables),
    help: "option",
    version: VERSION,
    // Only when asked for: Optique would list its completion machinery in every --help.
    ...args[0] === "--completion" ? { completion: "option" } : {},
    aboveError: "none",
    showDefault: true,
    showChoices: { maxItems: Infinity },
    termWidth: "auto",
    errorExitCode: EXIT.usage,
    onExit(code) {
      if (code === EXIT.usage) printErrorLine(`Try: ${name} --help`);
      Deno.exit(code);
    },
  });
}
