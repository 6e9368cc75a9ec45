/**
 * From a configuration to a manager of AliEn's jobs.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { ConfigError, type ConfigOf, type VariableBase } from "../../lib/config.ts";
import type { GridAdapter } from "../../lib/grid/adapter.ts";
import { ALIEN_STEPS, alienAdapter } from "../../lib/grid/alien/adapter.ts";
import { httpStorage } from "../../lib/grid/alien/http_storage.ts";
import { websocketCalls } from "../../lib/grid/alien/websocket_calls.ts";
import { GridCertificate } from "../../lib/grid/certificate.ts";
import { ClassAd, parseClassAd } from "../../lib/grid/classad/mod.ts";
import { GridCommands, parseCommandBook } from "../../lib/grid/commands/grid_commands.ts";
import { processCommands } from "../../lib/grid/commands/process_commands.ts";
import type { Logger } from "../../lib/log.ts";
import type { ManagerIdentity } from "../jobmanager/open_jobmanager.ts";
import { alienJobManagerVariables, type alienStorageManagerVariables } from "./alien_variables.ts";

/** What both managers are told of AliEn. */
export type AlienConfig =
  & Pick<
    ConfigOf<typeof alienStorageManagerVariables>,
    | "alienUrl"
    | "alienCertFile"
    | "alienKeyFile"
    | "alienCaFile"
    | "alienCommandsFile"
    | "alienCommandTimeout"
  >
  & { readonly alienSiteJdl?: string | undefined };

/** AliEn, open until disposed of. */
export interface OpenAlien extends AsyncDisposable {
  readonly adapter: GridAdapter;
}

/**
 * Opens AliEn; nothing is asked of it yet.
 *
 * @param config The configuration.
 * @param log Told of what commands print and of what fails.
 * @param identity For errors.
 * @throws {ConfigError} When a file cannot be read as what it should be.
 */
export async function openAlien(
  config: AlienConfig,
  log: Logger,
  { component, prefix }: ManagerIdentity,
): Promise<OpenAlien> {
  const { alienCommandsFile: commandsFile, alienSiteJdl } = config;
  const read = async <T>(path: string, variable: VariableBase, parse: (text: string) => T) => {
    try {
      return parse(await Deno.readTextFile(path));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof Deno.errors.NotFound)) throw error;
      throw new ConfigError(component, [{
        subject: variable.name.replace(/^JM_/, `${prefix}_`),
        problem: `names a file that cannot be used: ${error.message}`,
        where: path,
        meaning: variable.meaning,
        example: `${variable.name} ${variable.example}`,
      }]);
    }
  };
  const { alienCommandsFile, alienSiteJdl: siteJdl } = alienJobManagerVariables;
  const book = await read(commandsFile, alienCommandsFile, (text) => {
    return parseCommandBook(text, ALIEN_STEPS);
  });
  const site = alienSiteJdl === undefined
    ? new ClassAd()
    : await read(alienSiteJdl, siteJdl, parseClassAd);
  const certificate = new GridCertificate({
    certFile: config.alienCertFile,
    keyFile: config.alienKeyFile,
    caFile: config.alienCaFile,
  });
  const commands = new GridCommands({
    grid: "AliEn",
    book,
    runner: processCommands(),
    timeoutMs: config.alienCommandTimeout * 1000,
    log,
  });
  const adapter = alienAdapter({
    calls: websocketCalls({ url: config.alienUrl, certificate }),
    storage: httpStorage({ certificate, commands }),
    commands,
    site,
    clock: systemClock,
    log,
  });
  return {
    adapter,
    async [Symbol.asyncDispose]() {
      await adapter[Symbol.asyncDispose]();
      certificate[Symbol.dispose]();
    },
  };
}
