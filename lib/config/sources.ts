/**
 * Where a component's configuration comes from: two files, the environment, flags.
 *
 * @module
 */

import { join } from "@std/path";
import { messageOf } from "../error_message.ts";
import type { ConfigProblem } from "./config_error.ts";
import { type ConfigEntry, parseConfigText } from "./config_text.ts";
import type { Variables } from "./variables.ts";

/** Directory of configuration files where `COPILOT_CONFIG` names no other. */
export const DEFAULT_CONFIG_DIRECTORY = "/etc/copilot";
/** File that all components share; optional. */
const SHARED_FILE = "Copilot.conf";
const ENVIRONMENT = "environment";
const COMMAND_LINE = "command line";
/** Largest configuration file in bytes. */
const LARGEST_FILE_BYTES = 1 << 20;

/** A place that values come from. */
export interface ConfigLayer {
  /** Path of the file, `environment` or `command line`. */
  readonly name: string;
  /** What it says, by name of variable. */
  readonly entries: ReadonlyMap<string, ConfigEntry>;
  /** Whether it holds this component's variables only, so that any other name is a mistake. */
  readonly ownNamesOnly: boolean;
}

/** Everything that is said about a component's variables. */
export interface ConfigSources {
  /** The component, such as `copilot-agent`. */
  readonly component: string;
  /** Places from the weakest to the strongest. */
  readonly layers: readonly ConfigLayer[];
  /** Files that would have been read if they existed. */
  readonly absentFiles: readonly string[];
  /** Files and lines that cannot be read. */
  readonly problems: readonly ConfigProblem[];
  /** Lines that may not mean what their writer thinks. */
  readonly warnings: readonly string[];
}

/** Options of {@linkcode readConfigSources}. */
export interface ConfigSourcesOptions {
  /** The component; its file is this name with `.conf` after it. */
  readonly component: string;
  /** Directory of the files. Default: `COPILOT_CONFIG` in the environment, else `/etc/copilot`. */
  readonly directory?: string | undefined;
  /** Looks up an environment variable. Default: the process's own environment. */
  readonly environment?: (name: string) => string | undefined;
  /** Values given by flags, by name of variable; `""` unsets. Default: none. */
  readonly flags?: ReadonlyMap<string, string> | undefined;
}

/** The files of a component, the stronger one last. */
export function configFiles(component: string, directory: string): readonly [string, string] {
  return [join(directory, SHARED_FILE), join(directory, `${component}.conf`)];
}

/** What one file adds to the sources. */
interface FileReading {
  /** Its entries; `undefined` where there is no such file. */
  readonly layer?: ConfigLayer;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

async function readText(path: string): Promise<string> {
  const { size } = await Deno.stat(path);
  if (size > LARGEST_FILE_BYTES) {
    throw new RangeError(`${size} bytes are more than the limit of ${LARGEST_FILE_BYTES}`);
  }
  return await Deno.readTextFile(path);
}

async function readFile(path: string, ownNamesOnly: boolean): Promise<FileReading> {
  try {
    const { entries, errors, warnings } = parseConfigText(await readText(path), path);
    return {
      layer: { name: path, entries, ownNamesOnly },
      problems: errors.map(({ line, message }) => ({
        subject: path,
        problem: `cannot be understood in line ${line}`,
        where: message,
      })),
      warnings: warnings.map(({ line, message }) => `${path} line ${line}: ${message}`),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { problems: [], warnings: [] };
    const where = messageOf(error);
    return { problems: [{ subject: path, problem: "cannot be read", where }], warnings: [] };
  }
}

function environmentLayer(
  variables: Variables,
  environment: (name: string) => string | undefined,
): ConfigLayer {
  const entries = new Map<string, ConfigEntry>();
  for (const { name, aliases = [] } of Object.values(variables)) {
    for (const key of [name, ...aliases]) {
      const value = environment(key)?.trim();
      // An empty variable of the environment is how shells and service files say "not set".
      if (value) entries.set(key, { value, where: ENVIRONMENT });
    }
  }
  return { name: ENVIRONMENT, entries, ownNamesOnly: false };
}

function flagLayer(flags: ReadonlyMap<string, string>): ConfigLayer {
  const entries = new Map<string, ConfigEntry>();
  for (const [name, value] of flags) {
    entries.set(name, { value: value === "" ? undefined : value, where: COMMAND_LINE });
  }
  return { name: COMMAND_LINE, entries, ownNamesOnly: true };
}

/**
 * Collects what files, environment and flags say, the stronger last: `Copilot.conf`,
 * `COMPONENT.conf`, the environment, flags. Unlike the original, the environment also counts for
 * variables that stand in no file.
 *
 * @param variables The component's declarations; only these names are looked up in the environment.
 * @param options The component and where to look.
 * @returns The sources; faulty files are listed in them, not thrown.
 */
export async function readConfigSources(
  variables: Variables,
  options: ConfigSourcesOptions,
): Promise<ConfigSources> {
  const { component, environment = (name) => Deno.env.get(name), flags = new Map() } = options;
  const directory = options.directory ??
    (environment("COPILOT_CONFIG") || DEFAULT_CONFIG_DIRECTORY);
  const [sharedFile, ownFile] = configFiles(component, directory);
  const readings = [await readFile(sharedFile, false), await readFile(ownFile, true)];
  const found = readings.flatMap(({ layer }) => layer ?? []);
  const isAbsent = (path: string) => found.every(({ name }) => name !== path);
  return {
    component,
    layers: [...found, environmentLayer(variables, environment), flagLayer(flags)],
    absentFiles: [sharedFile, ownFile].filter(isAbsent),
    problems: readings.flatMap(({ problems }) => problems),
    warnings: readings.flatMap(({ warnings }) => warnings),
  };
}
