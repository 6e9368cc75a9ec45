/**
 * From a configuration to PanDA and Rucio.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { ConfigError, type ConfigOf } from "../../lib/config.ts";
import { openHttp } from "../../lib/grid/http/http_call.ts";
import { PandaAdapter } from "../../lib/grid/panda/panda_adapter.ts";
import { PandaServer } from "../../lib/grid/panda/panda_server.ts";
import { RucioCatalogue } from "../../lib/grid/rucio/rucio_catalogue.ts";
import { type RucioLogin, RucioSession } from "../../lib/grid/rucio/rucio_session.ts";
import { RucioStore } from "../../lib/grid/rucio/rucio_store.ts";
import { WebStorage } from "../../lib/grid/rucio/web_storage.ts";
import type { GridManagerOptions } from "./grid_manager.ts";
import { gridManagerOptions, type GridManagerParts } from "./open_grid_manager.ts";
import { PANDA_STORAGEMANAGER, type pandaStorageManagerVariables } from "./panda_variables.ts";

type Config = ConfigOf<typeof pandaStorageManagerVariables>;

/**
 * Makes the options of a storage manager.
 *
 * @param config The configuration.
 * @param parts PanDA, the queue that the generic manager shares, and the log.
 * @returns Options for `new GridManager(…)`; the link is not open yet.
 * @throws {ConfigError} When variables contradict each other.
 */
export async function pandaManagerOptions(
  config: Config,
  parts: Omit<GridManagerParts, "identity">,
): Promise<GridManagerOptions> {
  const whole = { ...config, requireFile: undefined, cooldown: 0, giveBack: 0 };
  const identity = PANDA_STORAGEMANAGER;
  return { ...await gridManagerOptions(whole, { ...parts, identity }), mode: "storage" };
}

/** PanDA, as long as its connections are open. */
export interface OpenPanda extends Disposable {
  readonly adapter: PandaAdapter;
}

/**
 * Makes ready what speaks to PanDA and Rucio; nothing is asked yet.
 *
 * @param config The configuration.
 * @returns The grid.
 * @throws {ConfigError} When variables contradict each other.
 */
export function openPanda(config: Config): OpenPanda {
  const login = loginOf(config);
  const { proxyFile } = config;
  const http = openHttp({
    certFile: proxyFile,
    keyFile: proxyFile,
    caFile: config.authoritiesFile,
  });
  const { call } = http;
  const clock = systemClock;
  const { pandaTokenFile, pandaVo, rucioTokenFile } = config;
  const session = new RucioSession({
    url: originOf("RUCIO_URL", config.rucioUrl),
    authUrl: config.rucioAuthUrl === undefined
      ? undefined
      : originOf("RUCIO_AUTH_URL", config.rucioAuthUrl),
    account: config.rucioAccount,
    login,
    call,
    clock,
  });
  const adapter = new PandaAdapter({
    server: new PandaServer({
      url: originOf("PANDA_URL", config.pandaUrl),
      token: pandaTokenFile === undefined
        ? undefined
        : async () => ({ token: await tokenIn(pandaTokenFile), vo: pandaVo }),
      call,
      clock,
    }),
    store: new RucioStore({
      catalogue: new RucioCatalogue(session),
      storage: new WebStorage({
        call,
        clock,
        token: rucioTokenFile === undefined ? undefined : () => tokenIn(rucioTokenFile),
      }),
      rse: config.rucioRse,
    }),
  });
  return { adapter, [Symbol.dispose]: () => http[Symbol.dispose]() };
}

function loginOf(config: Config): RucioLogin {
  const { rucioLogin: kind, rucioUsername: username, rucioPassword: password } = config;
  const { rucioTokenFile, proxyFile } = config;
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
  }

  function refuse(problem: string): never {
    throw new ConfigError(PANDA_STORAGEMANAGER.component, [{
      subject: "RUCIO_AUTH_TYPE",
      problem,
      where: kind,
      meaning: "How the account logs in",
      example: "RUCIO_AUTH_TYPE x509_proxy",
    }]);
  }
}

async function tokenIn(file: string): Promise<string> {
  return (await Deno.readTextFile(file)).trim();
}

/** Address of a server; a path would be lost. */
function originOf(variable: string, text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/") return url.origin;
  throw new ConfigError(PANDA_STORAGEMANAGER.component, [{
    subject: variable,
    problem: "is no address of a server",
    where: text,
    meaning: "Its scheme, name and port, without a path",
    example: `${variable} https://server.cern.ch:443`,
  }]);
}
