/**
 * From declarations and sources to a typed configuration.
 *
 * @module
 */

import { messageOf } from "../error_message.ts";
import { ConfigError, type ConfigProblem } from "./config_error.ts";
import { type ConfigEntry, quoted } from "./config_text.ts";
import { nearestName } from "./nearest_name.ts";
import { type ConfigSources, type ConfigSourcesOptions, readConfigSources } from "./sources.ts";
import { defaultValue, parseValue, type Value } from "./values.ts";
import type { ConfigOf, Variable, Variables } from "./variables.ts";

/** A configuration that has passed every check. */
export interface LoadedConfig<V extends Variables> {
  /** The values, by the properties of the declarations. */
  readonly config: ConfigOf<V>;
  /** What may not mean what its writer thinks; to be logged. */
  readonly warnings: readonly string[];
}

function findEntry(variable: Variable, sources: ConfigSources): ConfigEntry | undefined {
  const names = [variable.name, ...variable.aliases ?? []];
  for (const { entries } of sources.layers.toReversed()) {
    for (const name of names) {
      const entry = entries.get(name);
      if (entry !== undefined) return entry;
    }
  }
  return undefined;
}

function describeSearch({ layers, absentFiles }: ConfigSources): string {
  const places = layers.map(({ name }) => name).join(", ");
  return absentFiles.length === 0
    ? `not in ${places}`
    : `not in ${places}; looked for ${absentFiles.join(", ")}`;
}

function asProblem(variable: Variable, problem: string, where: string): ConfigProblem {
  const { name, meaning, example } = variable;
  return { subject: name, problem, where, meaning, example: `${name} ${example}` };
}

/** Reads one variable; what is wrong with it goes to `problems`. */
function readVariable(
  variable: Variable,
  sources: ConfigSources,
  problems: ConfigProblem[],
): Value | undefined {
  const entry = findEntry(variable, sources);
  if (entry?.value === undefined) {
    const value = defaultValue(variable);
    if (value === undefined && variable.required === true) {
      const where = entry === undefined ? describeSearch(sources) : `unset in ${entry.where}`;
      problems.push(asProblem(variable, "is not set", where));
    }
    return value;
  }
  try {
    return parseValue(variable, entry.value);
  } catch (error) {
    const reason = messageOf(error);
    const problem = variable.secret === true ? reason : `= ${quoted(entry.value)} ${reason}`;
    problems.push(asProblem(variable, problem, entry.where));
    return undefined;
  }
}

function warnOfUnknownNames(variables: Variables, sources: ConfigSources): string[] {
  const known = new Set<string>();
  for (const { name, aliases = [] } of Object.values(variables)) {
    known.add(name);
    for (const alias of aliases) known.add(alias);
  }
  const warnings: string[] = [];
  for (const { entries, ownNamesOnly } of sources.layers) {
    if (!ownNamesOnly) continue;
    for (const [name, { where }] of entries) {
      if (known.has(name)) continue;
      const nearest = nearestName(name, known);
      const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
      warnings.push(`${where}: Ignored the unknown variable ${quoted(name)}${hint}`);
    }
  }
  return warnings;
}

function warnOfNoEffect(variables: Variables, sources: ConfigSources): string[] {
  return Object.values(variables).flatMap((variable) => {
    const entry = findEntry(variable, sources);
    if (variable.withoutEffect === undefined || entry?.value === undefined) return [];
    return [`${entry.where}: ${variable.name} has no effect: ${variable.withoutEffect}`];
  });
}

/**
 * Turns declarations and sources into a configuration. Pure.
 *
 * @param variables The component's declarations.
 * @param sources What files, environment and flags say.
 * @returns The configuration and warnings.
 * @throws {ConfigError} With all problems at once: files that cannot be read, variables that are
 * missing or have a value of the wrong kind.
 */
export function resolveConfig<const V extends Variables>(
  variables: V,
  sources: ConfigSources,
): LoadedConfig<V> {
  const problems = [...sources.problems];
  const values = Object.entries(variables).map(
    ([property, variable]) => [property, readVariable(variable, sources, problems)] as const,
  );
  if (problems.length > 0) throw new ConfigError(sources.component, problems);
  return {
    // Each value was made by the parser of its own declaration, which is what the type infers from.
    config: Object.freeze(Object.fromEntries(values)) as ConfigOf<V>,
    warnings: [
      ...sources.warnings,
      ...warnOfUnknownNames(variables, sources),
      ...warnOfNoEffect(variables, sources),
    ],
  };
}

/**
 * Reads a component's configuration: `Copilot.conf` and `COMPONENT.conf` from the configuration
 * directory, over them the environment, over that flags.
 *
 * @param variables The component's declarations.
 * @param options The component and where to look.
 * @returns The configuration and warnings.
 * @throws {ConfigError} With all problems at once.
 */
export async function loadConfig<const V extends Variables>(
  variables: V,
  options: ConfigSourcesOptions,
): Promise<LoadedConfig<V>> {
  return resolveConfig(variables, await readConfigSources(variables, options));
}
