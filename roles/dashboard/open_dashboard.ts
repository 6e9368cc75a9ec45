/**
 * From a configuration to the sources of a dashboard.
 *
 * @module
 */
import type { ConfigOf } from "../../lib/config.ts";
import type { DashboardSources } from "./options.ts";
import { Graphite } from "./sources/graphite.ts";
import { openDashboardQueue } from "./sources/queue.ts";
import type { dashboardVariables } from "./variables.ts";

/** Sources and what they have opened so far; disposing of them closes all. */
export interface OpenedSources extends AsyncDisposable {
  /** For `Dashboard.start`. */
  readonly sources: DashboardSources;
}

/**
 * Makes the sources that are configured. Nothing is connected yet.
 *
 * @param config The configuration.
 * @returns The sources.
 */
export function openDashboardSources(config: ConfigOf<typeof dashboardVariables>): OpenedSources {
  const stack = new AsyncDisposableStack();
  const { graphiteHost, graphitePort } = config;
  return {
    sources: {
      queue: config.showQueue
        ? async () => stack.use(await openDashboardQueue(config)).store
        : undefined,
      graphite: graphiteHost === undefined ? undefined : () => {
        return Promise.resolve(new Graphite({ url: httpUrl(graphiteHost, graphitePort) }));
      },
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** An address of the web; a bare IPv6 address is put into brackets. */
function httpUrl(host: string, port: number): string {
  const isBareIpv6 = host.includes(":") && !host.startsWith("[");
  return `http://${isBareIpv6 ? `[${host}]` : host}:${port}/`;
}
