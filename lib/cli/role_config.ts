/**
 * From a role's declarations and the process around it to its configuration.
 *
 * @module
 */

import { loadConfig, type LoadedConfig } from "../config/load.ts";
import type { Variables } from "../config/variables.ts";
import type { Program } from "./flags.ts";

/**
 * Reads the configuration of a role whose only arguments are configuration: files, environment,
 * `--config`, `--set` and the variables' own flags. `--help` and `--version` print and exit.
 *
 * @param variables The role's declarations.
 * @param program What the role says about itself; its name is that of its file.
 * @returns The configuration and warnings.
 * @throws {ConfigError} With all problems at once.
 */
export async function readRoleConfig<const V extends Variables>(
  variables: V,
  program: Omit<Program, "variables">,
): Promise<LoadedConfig<V>> {
  const { name: component, args = Deno.args } = program;
  if (args.length === 0) return await loadConfig(variables, { component });
  // A role is mostly started without arguments, and then need not wait for the parser to load.
  const { configFlags, parseCommandLine } = await import("./flags.ts");
  const { directory, values } = parseCommandLine(configFlags(variables), { ...program, variables });
  return await loadConfig(variables, { component, directory, flags: values });
}
