/**
 * From a configuration to where the output of PanDA's jobs goes: Rucio and its storage, or a site's
 * commands.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import {
  ConfigError,
  type ConfigOf,
  type ConfigProblem,
  type VariableBase,
} from "../../lib/config.ts";
import { GridCommands, parseCommandBook } from "../../lib/grid/commands/grid_commands.ts";
import { processCommands } from "../../lib/grid/commands/process_commands.ts";
import type { HttpCall } from "../../lib/grid/http/http_call.ts";
import {
  CommandStore,
  NEEDED_STORE_STEPS,
  STORE_STEPS,
} from "../../lib/grid/rucio/command_store.ts";
import type { OutputStore } from "../../lib/grid/rucio/output_store.ts";
import { RucioCatalogue } from "../../lib/grid/rucio/rucio_catalogue.ts";
import { type RucioLogin, RucioSession } from "../../lib/grid/rucio/rucio_session.ts";
import { RucioStore } from "../../lib/grid/rucio/rucio_store.ts";
import { WebStorage } from "../../lib/grid/rucio/web_storage.ts";
import type { Logger } from "../../lib/log.ts";
import { PANDA_STORAGEMANAGER, pandaStorageManagerVariables } from "./panda_variables.ts";
import { originOf, tokenIn } from "./panda_values.ts";
import { readConfigured } from "./read_file.ts";

type Config = ConfigOf<typeof pandaStorageManagerVariables>;

const { component } = PANDA_STORAGEMANAGER;

/**
 * Makes ready what stores output; nothing is asked yet.
 *
 * @param config The configuration.
 * @param parts Makes requests; is told what commands print.
 * @throws {ConfigError} When variables contradict each other.
 */
export async function openOutputStore(
  config: Config,
  { call, log }: { readonly call: HttpCall; readonly log: Logger },
): Promise<OutputStore> {
  const { pandaCommandsFile, pandaCommandTimeout, rucioRse: rse } = config;
  if (pandaCommandsFile === undefined) return openRucioStore(config, call);
  const book = await readConfigured(
    pandaCommandsFile,
    (text) => parseCommandBook(text, STORE_STEPS, NEEDED_STORE_STEPS),
    { component, variable: pandaStorageManagerVariables.pandaCommandsFile },
  );
  const commands = new GridCommands({
    grid: "PanDA",
    book,
    runner: processCommands(),
    timeoutMs: pandaCommandTimeout * 1000,
    log,
  });
  return new CommandStore({ commands, rse });
}

function openRucioStore(config: Config, call: HttpCall): OutputStore {
  const clock = systemClock;
  const { rucioUrl, rucioAuthUrl, rucioAccount, rucioTokenFile, rucioRse: rse } = config;
  if (rucioUrl === undefined || rucioAccount === undefined) {
    const variables = pandaStorageManagerVariables;
    throw new ConfigError(component, [
      ...(rucioUrl === undefined ? [notSet(variables.rucioUrl)] : []),
      ...(rucioAccount === undefined ? [notSet(variables.rucioAccount)] : []),
    ]);
  }
  const session = new RucioSession({
    url: originOf("RUCIO_URL", rucioUrl),
    authUrl: rucioAuthUrl === undefined ? undefined : originOf("RUCIO_AUTH_URL", rucioAuthUrl),
    account: rucioAccount,
    login: loginOf(config),
    call,
    clock,
  });
  const token = rucioTokenFile === undefined ? undefined : () => tokenIn(rucioTokenFile);
  return new RucioStore({
    catalogue: new RucioCatalogue(session),
    storage: new WebStorage({ call, clock, token }),
    rse,
  });
}

function notSet({ name, meaning, example }: VariableBase): ConfigProblem {
  return {
    subject: name,
    problem: "is not set, nor is PANDA_COMMANDS_FILE",
    where: "the configuration",
    meaning,
    example: `${name} ${example}`,
  };
}

function loginOf(config: Config): RucioLogin {
  const { rucioLogin: kind, rucioUsername: username, rucioPassword: password } = config;
  const { rucioTokenFile, proxyFile, certFile, keyFile } = config;
  switch (kind) {
    case "userpass":
      if (username === undefined || password === undefined) {
        refuse("needs RUCIO_USERNAME and RUCIO_PASSWORD");
      }
      return { kind, username, password };
    case "oidc":
      if (rucioTokenFile === undefined) refuse("needs RUCIO_TOKEN_FILE");
      return { kind, token: () => tokenIn(rucioTokenFile) };
    case "x509_proxy":
      if (proxyFile === undefined) refuse("needs X509_USER_PROXY");
      return { kind };
    case "x509":
      if (certFile === undefined || keyFile === undefined) {
        refuse("needs X509_USER_CERT and X509_USER_KEY");
      }
      return { kind };
  }

  function refuse(problem: string): never {
    const { name, meaning, example } = pandaStorageManagerVariables.rucioLogin;
    throw new ConfigError(component, [{
      subject: name,
      problem,
      where: kind,
      meaning,
      example: `${name} ${example}`,
    }]);
  }
}
