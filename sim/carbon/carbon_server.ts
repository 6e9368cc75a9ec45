/**
 * A carbon-cache, a carbon-aggregator and the reading half of graphite-web in one.
 *
 * @module
 */

import { type Clock, systemClock } from "../../lib/clock.ts";
import { startServer } from "../../lib/http/server.ts";
import { parseAggregationRules } from "./aggregation_rules.ts";
import { Aggregator } from "./aggregator.ts";
import { answerGraphite } from "./graphite/api.ts";
import { LineServer } from "./line_server.ts";
import { ORIGINAL_AGGREGATION_RULES, ORIGINAL_STORAGE_SCHEMAS } from "./original_rules.ts";
import { parsePointLine, type Point } from "./point_line.ts";
import { SeriesStore } from "./series_store.ts";
import { StorageRules } from "./storage_rules.ts";

/** Options of {@linkcode startCarbonServer}. */
export interface CarbonServerOptions {
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly hostname?: string | undefined;
  /** Port for lines that are stored. Default: 0, a free one. */
  readonly carbonPort?: number | undefined;
  /** Port for lines that are aggregated, too. Default: 0, a free one. */
  readonly aggregatorPort?: number | undefined;
  /** Port of Graphite's HTTP interface. Default: 0, a free one. */
  readonly graphitePort?: number | undefined;
  /** Database file of the series, made where missing. Default: none, all is in memory. */
  readonly file?: string | undefined;
  /** Text of `storage-schemas.conf`. Default: the original's. */
  readonly schemas?: string | undefined;
  /** Text of `storage-aggregation.conf`. Default: averages, where half of the points are known. */
  readonly aggregation?: string | undefined;
  /** Text of `aggregation-rules.conf`. Default: the original's. */
  readonly rules?: string | undefined;
  /** Most series; points of further ones are dropped. Default: 100,000. */
  readonly maxSeries?: number | undefined;
  /** Most bytes that the series may take; then no more is stored. Default: 1 GiB in memory, 16 in a file. */
  readonly maxBytes?: number | undefined;
  /** Told why nothing can be stored, such as a full disk; points wait within bounds. Default: nobody is. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Most blocks of 64 points in memory, about 700 bytes each. Default: 65,536. */
  readonly maxCachedBlocks?: number | undefined;
  /** Longest time that a point waits to be stored, in milliseconds. Default: 1000. */
  readonly flushMs?: number | undefined;
  /** Most connections of senders at a time, a port; more of them wait. Default: 1000. */
  readonly maxConnections?: number | undefined;
  /** Source of time. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** What a server has taken so far. */
export interface CarbonCounts {
  /** Series that are kept. */
  readonly series: number;
  /** Lines that came in. */
  readonly lines: number;
  /** Lines that were no point. */
  readonly badLines: number;
  /** Points, aggregated ones among them, that no archive or no further series could take. */
  readonly dropped: number;
}

/** A running server. Disposing of it stores what it has and closes its ports. */
export interface CarbonServer extends AsyncDisposable {
  /** Address that it listens on. */
  readonly hostname: string;
  /** Port for lines that are stored. */
  readonly carbonPort: number;
  /** Port for lines that are aggregated, too. */
  readonly aggregatorPort: number;
  /** Port of Graphite's HTTP interface. */
  readonly graphitePort: number;
  /** What it has taken so far. */
  readonly counts: CarbonCounts;
  /** Drops the connections of all senders, as a crash would; the ports stay open. */
  dropConnections(): void;
}

/**
 * Starts a server.
 *
 * @example
 * ```ts
 * import { startCarbonServer } from "./carbon_server.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await startCarbonServer();
 * const sender = await Deno.connect({ hostname: server.hostname, port: server.carbonPort });
 * await sender.write(new TextEncoder().encode("copilot.monitor.updates 5 -1\n"));
 * await sender.closeWrite();
 * // The server closes the connection when it has taken all lines.
 * await sender.readable.pipeTo(new WritableStream());
 *
 * const url = `http://${server.hostname}:${server.graphitePort}/render`;
 * const answer = await fetch(`${url}?target=copilot.*.updates&from=-1min&noNullPoints=1&format=json`);
 * const [series] = await answer.json();
 * assertEquals([series.target, series.datapoints[0][0]], ["copilot.monitor.updates", 5]);
 * ```
 *
 * @param options See {@linkcode CarbonServerOptions}.
 * @returns The server, listening.
 * @throws {Deno.errors.AddrInUse} When a port is taken.
 * @throws {SyntaxError} When rules or schemas cannot be read.
 * @throws {Error} When the file cannot be opened.
 */
export async function startCarbonServer(options: CarbonServerOptions = {}): Promise<CarbonServer> {
  const { clock = systemClock, hostname = "127.0.0.1", maxConnections = 1000, ...rest } = options;
  const rules = parseAggregationRules(options.rules ?? ORIGINAL_AGGREGATION_RULES);
  await using started = new AsyncDisposableStack();
  const store = started.use(
    new SeriesStore({
      ...rest,
      clock,
      rules: new StorageRules({
        schemas: options.schemas ?? ORIGINAL_STORAGE_SCHEMAS,
        aggregation: options.aggregation,
      }),
    }),
  );
  const keep = (point: Point) => store.write(point);
  const aggregator = started.use(new Aggregator({ rules, clock, onPoint: keep }));
  const counts = { lines: 0, badLines: 0 };
  const listen = (port: number | undefined, onPoint: (point: Point) => void) =>
    started.use(
      new LineServer({
        ...{ hostname, maxConnections, clock, port: port ?? 0 },
        onLine: (line) => {
          counts.lines++;
          const point = parsePointLine(line, store.now);
          if (point === undefined) counts.badLines++;
          else onPoint(point);
        },
      }),
    );
  const carbon = listen(options.carbonPort, keep);
  const aggregating = listen(options.aggregatorPort, (point) => aggregator.take(point));
  const http = started.use(
    startServer({
      host: hostname,
      port: options.graphitePort ?? 0,
      clock,
      handler: async (request) => await answerGraphite(store, request),
    }),
  );
  const servers = started.move();
  return {
    hostname,
    carbonPort: carbon.port,
    aggregatorPort: aggregating.port,
    graphitePort: http.address.port,
    get counts() {
      return { ...counts, series: store.size, dropped: store.dropped };
    },
    dropConnections: () => {
      carbon.kill();
      aggregating.kill();
    },
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
}
