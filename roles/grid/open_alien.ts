/**
 * From a configuration to a manager of AliEn's jobs.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import type { ConfigOf } from "../../lib/config.ts";
import type { GridAdapter } from "../../lib/grid/adapter.ts";
import { ALIEN_STEPS, alienAdapter } from "../../lib/grid/alien/adapter.ts";
import { httpStorage } from "../../lib/grid/alien/http_storage.ts";
import { websocketCalls } from "../../lib/grid/alien/websocket_calls.ts";
import { GridCertificate } from "../../lib/grid/certificate.ts";
import { ClassAd, parseClassAd } from "../../lib/grid/classad/mod.ts";
import {
  GridCommands,
  parseCommandBook,
  stepsThatShow,
} from "../../lib/grid/commands/grid_commands.ts";
import { processCommands } from "../../lib/grid/commands/process_commands.ts";
import type { Logger } from "../../lib/log.ts";
import type { ManagerIdentity } from "../jobmanager/open_jobmanager.ts";
import { alienJobManagerVariables, alienStorageManagerVariables } from "./alien_variables.ts";
import { readConfigured } from "./read_file.ts";

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
  const [variables, needed] = prefix === "JM"
    ? [alienJobManagerVariables, ["take", "status"]]
    : [alienStorageManagerVariables, ["status"]];
  const book = await readConfigured(
    commandsFile,
    (text) => parseCommandBook(text, ALIEN_STEPS, needed),
    { component, variable: variables.alienCommandsFile },
  );
  const showing = stepsThatShow("envelope", book);
  if (showing.length > 0) {
    log.warning(
      `${variables.alienCommandsFile.name} shows access envelopes to all users of this machine, in the ` +
        `arguments of ${showing.join(" and ")}; they are on the standard input, too`,
    );
  }
  const site = alienSiteJdl === undefined
    ? new ClassAd()
    : await readConfigured(alienSiteJdl, parseClassAd, {
      component,
      variable: alienJobManagerVariables.alienSiteJdl,
    });
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
