/**
 * `deno task install --prefix DIR`: installs launchers under the original's names, systemd units and
 * example configuration. Nothing installed refers to the checkout.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { fromFileUrl, join, resolve } from "@std/path";
import { parseCommandLine } from "../lib/cli/flags.ts";
import { EXIT, printJson, printLine, runMain } from "../lib/cli.ts";
import { copyLocal, listLocal } from "../lib/jobs/local_files.ts";
import { COMPONENTS } from "./install/components.ts";
import { exampleConfig } from "./install/example_config.ts";
import { LAUNCHERS, launcherText } from "./install/launchers.ts";
import { SERVICES, unitText } from "./install/units.ts";

const NAME = "copilot-install";
/** What roles and tools need of the checkout. */
const SOURCES = ["lib", "roles", "sim", "tools", "types", "mod.ts", "deno.json", "deno.lock"];

const parser = object({
  prefix: withDefault(
    option("--prefix", string({ metavar: "DIRECTORY" }), {
      description: message`Where bin, lib and etc are`,
    }),
    "/usr/local",
  ),
  json: option("--json", { description: message`Print one object` }),
});

async function main(): Promise<number> {
  const options = parseCommandLine(parser, {
    name: NAME,
    summary: "Installs launchers, systemd units and example configuration",
  });
  const prefix = resolve(options.prefix);
  const home = join(prefix, "lib", "copilot");
  await installModules(home);
  const launchers = await installLaunchers(prefix, home);
  const units = await installUnits(prefix);
  const configs = await installConfigs(prefix);
  if (options.json) {
    printJson({ prefix, launchers, units, configs });
  } else {
    for (const path of [...launchers, ...units, ...configs]) printLine(path);
  }
  return EXIT.done;
}

/** Copies the modules and the runtime, and fills the runtime's cache. */
async function installModules(home: string): Promise<void> {
  const root = fromFileUrl(new URL("../", import.meta.url));
  await Deno.mkdir(home, { recursive: true });
  for (const name of SOURCES) {
    await removeIfThere(join(home, name));
    await copyTree(join(root, name), join(home, name));
  }
  const deno = join(home, "deno");
  await removeIfThere(deno);
  await Deno.copyFile(Deno.execPath(), deno);
  await Deno.chmod(deno, 0o755);
  const { success } = await new Deno.Command(deno, {
    args: ["cache", "--quiet", "--frozen", ...LAUNCHERS.map(({ module }) => join(home, module))],
    cwd: home,
    env: { DENO_DIR: join(home, "cache") },
  }).spawn().status;
  if (!success) throw new Error(`Cannot fetch the dependencies into ${join(home, "cache")}`);
}

async function installLaunchers(prefix: string, home: string): Promise<string[]> {
  return await writeFiles(
    join(prefix, "bin"),
    LAUNCHERS.map((launcher) => [launcher.name, launcherText(launcher, home)]),
    0o755,
  );
}

async function installUnits(prefix: string): Promise<string[]> {
  return await writeFiles(
    join(prefix, "lib", "systemd", "system"),
    SERVICES.map((service) => [
      `${service.name}.service`,
      unitText(service, join(prefix, "bin", service.name)),
    ]),
    0o644,
  );
}

async function installConfigs(prefix: string): Promise<string[]> {
  const files = COMPONENTS.map(({ name, variables }) =>
    [`${name}.conf.example`, exampleConfig(name, variables)] as const
  );
  return await writeFiles(join(prefix, "etc", "copilot"), files, 0o644);
}

async function writeFiles(
  directory: string,
  files: readonly (readonly [name: string, text: string])[],
  mode: number,
): Promise<string[]> {
  await Deno.mkdir(directory, { recursive: true });
  const paths: string[] = [];
  for (const [name, text] of files) {
    const path = join(directory, name);
    await Deno.writeTextFile(path, text);
    await Deno.chmod(path, mode);
    paths.push(path);
  }
  return paths;
}

async function copyTree(from: string, to: string): Promise<void> {
  for (const { below, isDirectory } of await listLocal(from)) {
    if (isDirectory) await Deno.mkdir(join(to, below), { recursive: true });
    else await copyLocal(join(from, below), join(to, below));
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

if (import.meta.main) await runMain(main, { name: NAME });
