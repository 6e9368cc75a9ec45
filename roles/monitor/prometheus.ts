/**
 * What components report, for Prometheus: counters that never go back, readings as they were last, durations
 * as histograms.
 *
 * @module
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Clock } from "../../lib/clock.ts";
import { startServer } from "../../lib/http/server.ts";
import type { Logger } from "../../lib/log.ts";

/** Upper bounds of the buckets of durations: from a second to a day. */
const DURATIONS_SECONDS = [1, 10, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400];

/** Labels of every series. */
const LABELS = ["component", "event"] as const;

/** Figures of the monitor itself, asked for when somebody looks. */
export interface DestinationFigures {
  /** True while Carbon is connected. */
  readonly connected: boolean;
  /** Samples that wait for it. */
  readonly waiting: number;
  /** Samples lost because too many waited. */
  readonly lost: number;
}

/** Collects what is reported. */
export class PrometheusMetrics {
  readonly #registry = new Registry();
  readonly #events = new Counter({
    name: "copilot_events_total",
    help: "Events that components reported",
    labelNames: LABELS,
    registers: [this.#registry],
  });
  readonly #values = new Gauge({
    name: "copilot_value",
    help: "Readings as components reported them last, in the unit of their name",
    labelNames: LABELS,
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: "copilot_duration_seconds",
    help: "Durations that components reported",
    labelNames: LABELS,
    buckets: DURATIONS_SECONDS,
    registers: [this.#registry],
  });

  /** @param carbon Asks for the figures of the sender to Carbon. Default: there is none. */
  constructor(carbon?: () => DestinationFigures) {
    if (carbon === undefined) return;
    const gauge = (name: string, help: string, read: (figures: DestinationFigures) => number) => {
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(read(carbon()));
        },
      });
    };
    gauge(
      "copilot_carbon_connected",
      "1 while Carbon is connected",
      ({ connected }) => connected ? 1 : 0,
    );
    gauge(
      "copilot_carbon_waiting_samples",
      "Samples that wait for Carbon",
      ({ waiting }) => waiting,
    );
    gauge(
      "copilot_carbon_lost_samples",
      "Samples lost because too many waited",
      ({ lost }) => lost,
    );
  }

  /** Counts an event. */
  happened(component: string, event: string): void {
    this.#events.inc({ component, event });
  }

  /** Adds a duration. */
  took(component: string, event: string, seconds: number): void {
    this.#durations.observe({ component, event }, seconds);
  }

  /** Keeps a reading. */
  value(component: string, event: string, value: number): void {
    this.#values.set({ component, event }, value);
  }

  /** All of it in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Media type of the text. */
  get contentType(): string {
    return this.#registry.contentType;
  }
}

/**
 * Serves `/metrics` over HTTP.
 *
 * @param metrics What is served.
 * @param options Where, by which clock the last answers are waited for, and who is told of it.
 * @returns The server; disposing of it ends it.
 */
export function servePrometheus(
  metrics: PrometheusMetrics,
  options: {
    readonly hostname: string;
    readonly port: number;
    readonly clock: Clock;
    readonly log: Logger;
  },
): AsyncDisposable & { readonly port: number } {
  const { hostname: host, port, clock, log } = options;
  const server = startServer({
    host,
    port,
    clock,
    handler: async (request) => {
      if (new URL(request.url).pathname !== "/metrics") {
        return new Response("Only /metrics is here\n", { status: 404 });
      }
      if (request.method !== "GET" && request.method !== "HEAD") {
        return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
      }
      return new Response(await metrics.text(), {
        headers: { "content-type": metrics.contentType },
      });
    },
  });
  log.info(`Serving /metrics on ${server.address.hostname}:${server.address.port}`);
  return {
    port: server.address.port,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
