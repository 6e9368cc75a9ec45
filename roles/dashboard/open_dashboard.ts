/**
 * From a configuration to the sources of a dashboard.
 *
 * @module
 */
import { type ConfigOf, hostAndPort } from "../../lib/config.ts";
import { InFlight } from "../../lib/in_flight.ts";
import type { DashboardSources } from "./options.ts";
import { Graphite } from "./sources/graphite.ts";
import { openMongoConnections } from "./sources/mongo_connections.ts";
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
  // What is connected too late to be used has to be closed, too.
  const opening = new InFlight();
  const { graphiteHost, graphitePort, mongodbHost, mongodbPort, mongodbDatabase } = config;
  return {
    sources: {
      queue: config.showQueue
        ? () => opening.run(async () => stack.use(await openDashboardQueue(config)))
        : undefined,
      graphite: graphiteHost === undefined ? undefined : () => {
        return Promise.resolve(
          new Graphite({ url: `http://${hostAndPort(graphiteHost, graphitePort)}/` }),
        );
      },
      mongodb: mongodbHost === undefined ? undefined : () => {
        const url = `mongodb://${hostAndPort(mongodbHost, mongodbPort)}`;
        const { connections } = stack.use(openMongoConnections({ url, database: mongodbDatabase }));
        return Promise.resolve(connections);
      },
    },
    async [Symbol.asyncDispose]() {
      await opening.close();
      await stack.disposeAsync();
    },
  };
}
