/**
 * What a monitor needs to be told.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { ContainerOptions } from "../../lib/messaging/container.ts";
import type { Link } from "../../lib/messaging/link.ts";
import type { MetricsSink } from "../../lib/metrics/sample.ts";
import type { Host } from "../../lib/machine/host.ts";
import type { Random } from "../../lib/random.ts";
import type { DetailStore } from "./detail_store.ts";
import type { PrometheusMetrics } from "./prometheus.ts";

/** Options of a monitor. Either destination may be missing; what is for it is then dropped. */
export interface MonitorOptions {
  /** The monitor's XMPP session; opened when it runs, closed when it stops. */
  readonly link: Link;
  /** Takes counters, readings and durations: Carbon. Default: none. */
  readonly metrics?: MetricsSink | undefined;
  /** Takes the documents of connections: MongoDB. Default: none. */
  readonly details?: DetailStore | undefined;
  /** Takes the same for Prometheus. Default: none. */
  readonly prometheus?: PrometheusMetrics | undefined;
  /** Time between two flushes of counters and durations. Default: 10,000 ms, as the original. */
  readonly flushMs?: number | undefined;
  /** Series at most in the monitor's life; events of further ones are dropped. Default: 100,000. */
  readonly seriesLimit?: number | undefined;
  /** Bare JID of the Heartbeat room. Default: none. */
  readonly room?: string | undefined;
  /** The machine, for whoever asks through Heartbeat. Default: none, pings alone are answered. */
  readonly host?: Host | undefined;
  /** Told of what cannot be understood or stored. */
  readonly log: Logger;
  /** Form of messages (`XMPP_ENVELOPE`), see `ContainerOptions`. Default: `original`. */
  readonly envelope?: ContainerOptions["envelope"];
  /** Clock of flushes and timestamps. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of message ids. Default: the machine's. */
  readonly random?: Random | undefined;
}
