/**
 * From a configuration to a monitor on real servers.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { chatRoomAddress, type ConfigOf, hostAndPort, xmppAccount } from "../../lib/config.ts";
import type { Logger } from "../../lib/log.ts";
import { linuxHost } from "../../lib/machine/linux_host.ts";
import { accountLink } from "../../lib/messaging/account_link.ts";
import { protectLink } from "../../lib/messaging/protection.ts";
import { carbonSender } from "../../lib/metrics/carbon_sender.ts";
import { mongoDetailStore } from "./mongo_detail_store.ts";
import type { MonitorOptions } from "./options.ts";
import { PrometheusMetrics, servePrometheus } from "./prometheus.ts";
import { MONITOR_COMPONENT, type monitorVariables } from "./variables.ts";

/** A monitor's parts; disposing of them closes its destinations. */
export interface OpenMonitor extends AsyncDisposable {
  /** Options for `new Monitor(…)`. */
  readonly options: MonitorOptions;
}

/**
 * Makes the options of a monitor and opens its destinations.
 *
 * @param config The configuration.
 * @param log Its log.
 * @returns What to give to `new Monitor(…)`; its link is not open yet.
 * @throws {ConfigError} When variables contradict each other.
 */
export async function openMonitor(
  config: ConfigOf<typeof monitorVariables>,
  log: Logger,
): Promise<OpenMonitor> {
  const { carbonServer, carbonPort, mongoServer, mongoPort, mongoDatabase } = config;
  await using destinations = new AsyncDisposableStack();
  const metrics = carbonServer === undefined ? undefined : destinations.use(
    carbonSender({ hostname: carbonServer, port: carbonPort, clock: systemClock, log }),
  );
  const details = mongoServer === undefined ? undefined : destinations.use(mongoDetailStore({
    url: `mongodb://${hostAndPort(mongoServer, mongoPort)}`,
    database: mongoDatabase,
    clock: systemClock,
    log,
  }));
  const prometheus = new PrometheusMetrics(metrics && (() => metrics));
  if (config.metricsPort !== undefined) {
    const { metricsHost: hostname, metricsPort: port } = config;
    destinations.use(servePrometheus(prometheus, { hostname, port, clock: systemClock, log }));
  }
  if (metrics === undefined) log.info("CARBON_SERVER is not set: events are counted for nobody");
  if (details === undefined) log.info("MONGODB_SERVER is not set: connections are not kept");
  const options: MonitorOptions = {
    link: await protectLink(
      await accountLink(xmppAccount(MONITOR_COMPONENT, "MON", config)),
      config,
      { component: MONITOR_COMPONENT, prefix: "MON", side: "provider", log },
    ),
    metrics,
    details,
    prometheus: config.metricsPort === undefined ? undefined : prometheus,
    room: chatRoomAddress(MONITOR_COMPONENT, config)?.bare,
    host: linuxHost(),
    envelope: config.envelope,
    log,
  };
  const opened = destinations.move();
  return { options, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
