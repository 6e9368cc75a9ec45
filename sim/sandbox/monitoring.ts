/**
 * The part of a site that watches: Carbon and Graphite, MongoDB, a monitor, a presence reporter and a
 * dashboard, all in this process.
 *
 * @module
 */
import { join } from "@std/path";
import { systemClock } from "../../lib/clock.ts";
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import { QueueView } from "../../lib/jobs/queue_view.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import { type Logger, silentLogger } from "../../lib/log.ts";
import { carbonSender } from "../../lib/metrics/carbon_sender.ts";
import { Dashboard } from "../../roles/dashboard.ts";
import { Graphite } from "../../roles/dashboard/sources/graphite.ts";
import { openMongoConnections } from "../../roles/dashboard/sources/mongo_connections.ts";
import { Monitor } from "../../roles/monitor.ts";
import { mongoDetailStore } from "../../roles/monitor/mongo_detail_store.ts";
import { Presence } from "../../roles/presence.ts";
import type { ConnectionSource } from "../../roles/presence/connection_source.ts";
import { keptConnections } from "../../roles/presence/kept_connections.ts";
import { startCarbonServer } from "../carbon/mod.ts";
import { startMongoServer } from "../mongo/mod.ts";
import { type Broker, memoryLink } from "../xmpp/mod.ts";
import { AGGREGATION_RULES, STORAGE_AGGREGATION } from "./carbon_rules.ts";

/** Time between two looks at who is connected: a site to try things out is watched closely. */
const LOOK_MS = 500;

/** Ports of the servers that watch; 0 takes a free one. */
export interface MonitoringPorts {
  /** Carbon's port for lines that are stored as they come. */
  readonly carbon: number;
  /** Carbon's port for lines that are aggregated, too. */
  readonly carbonAggregator: number;
  /** Graphite's HTTP interface. */
  readonly graphite: number;
  /** MongoDB. */
  readonly mongodb: number;
  /** The dashboard. */
  readonly dashboard: number;
}

/** Options of {@linkcode startMonitoring}. */
export interface MonitoringOptions {
  /** Directory in which the data are kept. */
  readonly directory: string;
  /** The site's XMPP server. */
  readonly broker: Broker;
  /** Port of the site's Redis. */
  readonly redisPort: number;
  /** Ports. Default: free ones. */
  readonly ports?: Partial<MonitoringPorts> | undefined;
  /** Told of what goes wrong. Default: nobody is. */
  readonly log?: Logger | undefined;
}

/** What watches a site; disposing of it stops it. */
export interface Monitoring extends AsyncDisposable {
  /** Ports that are listened on. */
  readonly ports: MonitoringPorts;
  /** Address of the dashboard's page. */
  readonly dashboardUrl: string;
}

/**
 * Starts what watches a site.
 *
 * @param options See {@linkcode MonitoringOptions}.
 * @returns It, once everything listens.
 * @throws {Deno.errors.AddrInUse} When a port is taken.
 */
export async function startMonitoring(options: MonitoringOptions): Promise<Monitoring> {
  const { directory, broker, redisPort, ports = {}, log = silentLogger } = options;
  await using started = new AsyncDisposableStack();
  const carbon = started.use(
    await startCarbonServer({
      file: join(directory, "carbon.sqlite"),
      rules: AGGREGATION_RULES,
      aggregation: STORAGE_AGGREGATION,
      carbonPort: ports.carbon,
      aggregatorPort: ports.carbonAggregator,
      graphitePort: ports.graphite,
    }),
  );
  const mongo = started.use(
    await startMongoServer({ folder: join(directory, "mongodb"), port: ports.mongodb }),
  );
  const { aggregatorPort } = carbon;
  started.use(startReporters({ directory, broker, aggregatorPort, mongoUrl: mongo.url, log }));
  const calls = started.use(await connectRedis({ host: "127.0.0.1", port: redisPort }));
  const queue = { store: new RedisJobStore(calls), view: new QueueView(calls) };
  const { connections } = started.use(
    openMongoConnections({ url: mongo.url, database: "copilot" }),
  );
  const graphite = new Graphite({ url: `http://127.0.0.1:${carbon.graphitePort}/` });
  const dashboard = started.use(
    await Dashboard.start({
      port: ports.dashboard ?? 0,
      sources: {
        queue: () => Promise.resolve(queue),
        graphite: () => Promise.resolve(graphite),
        mongodb: () => Promise.resolve(connections),
      },
      log,
    }),
  );
  const servers = started.move();
  return {
    ports: {
      carbon: carbon.carbonPort,
      carbonAggregator: carbon.aggregatorPort,
      graphite: carbon.graphitePort,
      mongodb: mongo.port,
      dashboard: dashboard.address.port,
    },
    dashboardUrl: dashboard.url,
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
}

/** Starts the monitor and the presence reporter. */
function startReporters(
  { directory, broker, aggregatorPort, mongoUrl, log }: {
    readonly directory: string;
    readonly broker: Broker;
    readonly aggregatorPort: number;
    readonly mongoUrl: string;
    readonly log: Logger;
  },
): AsyncDisposable {
  const destinations = new AsyncDisposableStack();
  const monitor = new Monitor({
    link: memoryLink(broker, { user: "monitor", resource: "sandbox" }),
    metrics: destinations.use(carbonSender({ hostname: "127.0.0.1", port: aggregatorPort, log })),
    details: destinations.use(
      mongoDetailStore({ url: mongoUrl, database: "copilot", clock: systemClock, log }),
    ),
    log,
  });
  const presence = new Presence({
    link: memoryLink(broker, { user: "presence", resource: "sandbox" }),
    monitor: `monitor@${broker.settings.domain}`,
    host: broker.settings.domain,
    source: sessionsOf(broker),
    kept: keptConnections(join(directory, "presence.json")),
    lookMs: LOOK_MS,
    log,
  });
  const stop = new AbortController();
  const running = [monitor, presence].map((role) => role.run(stop.signal));
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("The site is stopped"));
      await Promise.all(running);
      await destinations.disposeAsync();
    },
  };
}

/** The broker itself knows who is connected. */
function sessionsOf(broker: Broker): ConnectionSource {
  return {
    census() {
      const connections = [...broker.sessions()].map(({ jid, address }) => ({ jid, address }));
      return Promise.resolve({ count: connections.length, connections });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
