/**
 * From a configuration to a manager of PanDA's output.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import type { ConfigOf } from "../../lib/config.ts";
import { openHttp } from "../../lib/grid/http/http_call.ts";
import { PandaAdapter } from "../../lib/grid/panda/panda_adapter.ts";
import { PandaApiClassic } from "../../lib/grid/panda/panda_api_classic.ts";
import { PandaApiV1 } from "../../lib/grid/panda/panda_api_v1.ts";
import type { Logger } from "../../lib/log.ts";
import type { GridManagerOptions } from "./grid_manager.ts";
import { gridManagerOptions, type GridManagerParts } from "./open_grid_manager.ts";
import { openOutputStore } from "./open_output_store.ts";
import { originOf, tokenIn } from "./panda_values.ts";
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
  const identity = PANDA_STORAGEMANAGER;
  return { ...await gridManagerOptions(config, { ...parts, identity }), mode: "storage" };
}

/** PanDA, as long as its connections are open. */
export interface OpenPanda extends Disposable {
  readonly adapter: PandaAdapter;
}

/**
 * Makes ready what speaks to PanDA and stores output; nothing is asked yet.
 *
 * @param config The configuration.
 * @param log Told of what commands print.
 * @returns The grid.
 * @throws {ConfigError} When variables contradict each other, or a file cannot be read as what it should be.
 */
export async function openPanda(config: Config, log: Logger): Promise<OpenPanda> {
  const { pandaTokenFile, pandaVo, proxyFile, certFile, keyFile } = config;
  const url = originOf("PANDA_URL", config.pandaUrl);
  const own = certFile === undefined || keyFile === undefined
    ? { certFile: proxyFile, keyFile: proxyFile }
    : { certFile, keyFile };
  const http = openHttp({ ...own, caFile: config.authoritiesFile });
  const { call } = http;
  const Api = config.pandaApi === "classic" ? PandaApiClassic : PandaApiV1;
  const server = new Api({
    url,
    token: pandaTokenFile === undefined
      ? undefined
      : async () => ({ token: await tokenIn(pandaTokenFile), vo: pandaVo }),
    call,
    clock: systemClock,
  });
  const adapter = new PandaAdapter({ server, store: await openOutputStore(config, { call, log }) });
  return { adapter, [Symbol.dispose]: () => http[Symbol.dispose]() };
}
