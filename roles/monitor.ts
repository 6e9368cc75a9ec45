/**
 * The Monitor (report 2.2.5, 2.3): takes in what components report and hands it on, counters and durations
 * every ten seconds and readings at once to Carbon, documents of connections to MongoDB.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { type Clock, repeat, systemClock } from "../lib/clock.ts";
import { messageOf } from "../lib/error_message.ts";
import { type Logger, openLog } from "../lib/log.ts";
import { type Component, Container, type Reply, type Sender } from "../lib/messaging/container.ts";
import { heartbeat, HEARTBEAT_PREFIX } from "../lib/messaging/heartbeat.ts";
import { serve } from "../lib/messaging/serve.ts";
import { metricPath } from "../lib/metrics/metric_path.ts";
import type {
  Command,
  ReportEvent,
  ReportEventDuration,
  ReportEventValue,
  StoreEventDetails,
  UpdateEventDetails,
} from "../lib/protocol/commands.ts";
import { systemRandom } from "../lib/random.ts";
import { parseDetails, parseUpdate } from "./monitor/details.ts";
import { EventStatistics } from "./monitor/event_statistics.ts";
import { openMonitor } from "./monitor/open_monitor.ts";
import type { MonitorOptions } from "./monitor/options.ts";
import { MONITOR_COMPONENT, monitorVariables } from "./monitor/variables.ts";

type EventReport = ReportEvent | ReportEventDuration | ReportEventValue;

/** One monitor. */
export class Monitor implements Component {
  readonly #options: MonitorOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #container: Container;
  readonly #statistics = new EventStatistics();
  /** Names of all series so far: who makes names up must not fill stores and memory. */
  readonly #series = new Set<string>();

  /**
   * Puts the parts together; nothing is taken in before {@linkcode run}.
   *
   * @param options See {@linkcode MonitorOptions}.
   */
  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log;
    this.#container = new Container({
      link: options.link,
      component: this,
      plugins: { [HEARTBEAT_PREFIX]: heartbeat({ host: options.host, log: options.log }) },
      room: options.room,
      log: options.log,
      envelope: options.envelope,
      clock: this.#clock,
      random: options.random ?? systemRandom,
    });
  }

  /**
   * Serves until stopped, and hands on what is left then.
   *
   * @param signal Stops the monitor.
   * @throws {LinkRefusedError} When the server refuses the account for good.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { flushMs = 10_000 } = this.#options;
    await serve(this.#container, signal, () =>
      repeat(this.#clock, flushMs, () => {
        this.#flush();
        return Promise.resolve();
      }));
    this.#flush();
    this.#log.info("Stopped");
  }

  /** Takes a report in; see {@linkcode Component}. None is answered. */
  handle(command: Command, { jid }: Sender): readonly Reply[] {
    switch (command.command) {
      case "reportEvent":
      case "reportEventDuration":
      case "reportEventValue": {
        const problem = this.#takeIn(command);
        if (problem !== undefined) this.#log.warning(`Dropping an event of ${jid}: ${problem}`);
        break;
      }
      case "storeEventDetails":
      case "updateEventDetails":
        try {
          this.#keep(command);
        } catch (error) {
          const reason = messageOf(error);
          this.#log.error(`Cannot store details of ${jid}: ${reason}`);
        }
    }
    return [];
  }

  /** Counts or hands on an event; says why where it cannot. */
  #takeIn(report: EventReport): string | undefined {
    const { component, event } = report;
    const path = metricPath(component, event);
    if (path === undefined) {
      return `no name of a series: ${JSON.stringify(`${component} ${event}`.slice(0, 200))}`;
    }
    const isValue = report.command === "reportEventValue";
    const text = report.command === "reportEvent" ? "1" : isValue ? report.value : report.duration;
    const value = numberOf(text);
    if (value === undefined || (!isValue && value < 0)) {
      return `no number: ${JSON.stringify(text.slice(0, 80))}`;
    }
    if (!this.#isKnown(path)) return "too many series";
    const { metrics, prometheus } = this.#options;
    if (isValue) {
      metrics?.write([{ path, value, timeSeconds: this.#nowSeconds() }]);
      prometheus?.value(component, event, value);
    } else if (report.command === "reportEvent") {
      this.#statistics.count(path);
      prometheus?.happened(component, event);
    } else {
      this.#statistics.add(path, value / 60);
      prometheus?.took(component, event, value);
    }
    return undefined;
  }

  /** Remembers a series; false where there are too many. */
  #isKnown(path: string): boolean {
    const { seriesLimit = 100_000 } = this.#options;
    if (!this.#series.has(path) && this.#series.size >= seriesLimit) return false;
    this.#series.add(path);
    return true;
  }

  #keep(command: StoreEventDetails | UpdateEventDetails): void {
    const { details } = this.#options;
    if (details === undefined) return;
    if (command.command === "storeEventDetails") {
      details.insert(parseDetails(command.details));
      return;
    }
    const uuid = command.session ?? command.event ?? "";
    if (uuid === "") throw new SyntaxError("It does not say whose they are");
    details.update(uuid, parseUpdate(command.updates));
  }

  #flush(): void {
    const samples = this.#statistics.flush(this.#nowSeconds());
    this.#options.metrics?.write(samples);
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

/** A decimal number as components write it, exponent allowed; the original's may have blanks around. */
function numberOf(text: string): number | undefined {
  const value = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?\s*$/i.test(text)
    ? Number(text)
    : NaN;
  return Number.isFinite(value) ? value : undefined;
}

if (import.meta.main) {
  await runMain(async (signal) => {
    const { config, warnings } = await readRoleConfig(monitorVariables, {
      name: MONITOR_COMPONENT,
      summary: "Takes in what components report, and feeds Carbon and MongoDB with it",
    });
    using log = await openLog(config, { component: MONITOR_COMPONENT, prefix: "MON" });
    for (const warning of warnings) log.logger.warning(warning);
    await using opened = await openMonitor(config, log.logger);
    await new Monitor(opened.options).run(signal);
    return EXIT.done;
  }, { name: MONITOR_COMPONENT });
}
