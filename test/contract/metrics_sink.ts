/**
 * What a sink of measurements keeps, whatever happens to the Carbon behind it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { carbonSender, type CarbonSenderOptions } from "../../lib/metrics/carbon_sender.ts";
import type { Sample } from "../../lib/metrics/sample.ts";
import { eventually } from "../_eventually.ts";

/** A Carbon with {@linkcode SINK_SCHEMAS} and {@linkcode SINK_RULES} that can be stopped. */
export interface StoppableCarbon extends AsyncDisposable {
  /** Port for lines that are stored. */
  readonly carbonPort: number;
  /** Port for lines that are aggregated, too. */
  readonly aggregatorPort: number;
  /** Stops what takes lines, or all of it. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  /** Kills what aggregates, and starts it again. */
  restartAggregator(): Promise<void>;
  /** The points of a series as they stand on the disk, by second. */
  stored(path: string): Promise<ReadonlyMap<number, number>>;
}

/** A point each second of the last hour. */
export const SINK_SCHEMAS = "[all]\npattern = .*\nretentions = 1s:1h\n";
/** Sums of each second. */
export const SINK_RULES = "sink.sum.<case> (1) = sum sink.<case>.*.count\n";

const SERIES = 20;
/** Seconds of the flow, each a batch; at two of them Carbon is stopped, and at two it comes back. */
const FLOW = 60;
const STOPS: ReadonlyMap<number, "stop" | "start"> = new Map([
  [10, "stop"],
  [20, "start"],
  [35, "stop"],
  [45, "start"],
]);
/** Looks at the disk, 100 ms apart, before it is given up. */
const MOST_LOOKS = 100;

/**
 * Registers the test for one kind of Carbon.
 *
 * @param kind Name of the kind, put before the test's name.
 * @param open Starts a Carbon.
 */
export function metricsSinkContract(kind: string, open: () => Promise<StoppableCarbon>): void {
  Deno.test(`${kind}: a sink of measurements`, async (context) => {
    await using carbon = await open();
    await context.step(
      "stores each sample, and one that comes twice once",
      () => storesOnce(carbon),
    );
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      await context.step(
        `loses nothing when Carbon is restarted twice by ${signal}`,
        () => bearsRestarts(carbon, signal),
      );
    }
    await context.step(
      "keeps the newest samples within bounds while Carbon is away",
      () => isBounded(carbon),
    );
    await context.step(
      "adds a sample once that an aggregator lost with its memory",
      () => fillsNewAggregator(carbon),
    );
    await context.step(
      "is no help where an aggregator gets a sample twice: it adds it twice",
      () => addsTwice(carbon),
    );
  });
}

function sinkOn(port: number, options: Partial<CarbonSenderOptions> = {}) {
  return carbonSender({
    ...{ hostname: "127.0.0.1", port, retryMs: 20, receiptMs: 100, closeMs: 20_000 },
    ...options,
  });
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Resolves when the event loop has gone round. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

type Points = readonly (readonly [second: number, value: number])[];

/** Looks until a series is as it should be. */
async function assertStored(carbon: StoppableCarbon, path: string, expected: Points) {
  for (let looks = 0;; looks++) {
    const points: Points = [...await carbon.stored(path)];
    if (JSON.stringify(points) === JSON.stringify(expected)) return;
    if (looks === MOST_LOOKS) assertEquals(points, expected, path);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function storesOnce(carbon: StoppableCarbon): Promise<void> {
  const timeSeconds = nowSeconds() - 10;
  const sample = { path: "sink.once.a", value: 1.25, timeSeconds };
  const other = { path: "sink.once.a", value: -0.5, timeSeconds: timeSeconds + 1 };
  {
    await using sink = sinkOn(carbon.carbonPort);
    sink.write([sample, other]);
    sink.write([sample]);
  }
  await assertStored(carbon, "sink.once.a", [[timeSeconds, 1.25], [timeSeconds + 1, -0.5]]);
}

async function bearsRestarts(
  carbon: StoppableCarbon,
  signal: "SIGTERM" | "SIGKILL",
): Promise<void> {
  const from = nowSeconds() - 2 * FLOW;
  const path = (series: number) => `sink.${signal}.s${series}`;
  const value = (second: number, series: number) => second * SERIES + series;
  {
    await using sink = sinkOn(carbon.carbonPort);
    let change = Promise.resolve();
    for (let second = 0; second < FLOW; second++) {
      const next = STOPS.get(second);
      // What is written meanwhile meets a Carbon that goes down or comes up.
      if (next === "stop") change = change.then(() => carbon.stop(signal));
      if (next === "start") change = change.then(() => carbon.start());
      sink.write(Array.from({ length: SERIES }, (_, series): Sample => ({
        path: path(series),
        value: value(second, series),
        timeSeconds: from + second,
      })));
      await turn();
      if (next === "start") await change;
    }
  }
  const isAllStored = async () => {
    for (let series = 0; series < SERIES; series++) {
      const expected = Array.from(
        { length: FLOW },
        (_, second) => [from + second, value(second, series)] as const,
      );
      await assertStored(carbon, path(series), expected);
    }
  };
  // Carbon that is told to end drops what it has not stored yet: its sender makes that good, once it is back.
  await isAllStored();
  await carbon.stop("SIGTERM");
  await carbon.start();
  await isAllStored();
}

async function isBounded(carbon: StoppableCarbon): Promise<void> {
  const from = nowSeconds() - 100;
  await carbon.stop("SIGTERM");
  {
    await using sink = sinkOn(carbon.carbonPort, { bufferLimit: 10 });
    sink.write(Array.from({ length: 25 }, (_, second) => ({
      path: "sink.bounded.a",
      value: second,
      timeSeconds: from + second,
    })));
    assertEquals([sink.waiting, sink.lost], [10, 15]);
    await carbon.start();
    await eventually("an empty sink", () => sink.waiting === 0);
  }
  const newest = Array.from({ length: 10 }, (_, index) => [from + 15 + index, 15 + index] as const);
  await assertStored(carbon, "sink.bounded.a", newest);
}

function counts(name: string, timeSeconds: number): Sample[] {
  return [1, 2, 3].map((value) => ({ path: `sink.${name}.m${value}.count`, value, timeSeconds }));
}

async function fillsNewAggregator(carbon: StoppableCarbon): Promise<void> {
  const second = nowSeconds();
  await using sink = sinkOn(carbon.aggregatorPort);
  sink.write(counts("lost", second));
  await eventually("an empty sink", () => sink.waiting === 0);
  await carbon.restartAggregator();
  sink.write([{ path: "sink.lost.m4.count", value: 4, timeSeconds: second }]);
  await assertStored(carbon, "sink.sum.lost", [[second, 10]]);
}

async function addsTwice(carbon: StoppableCarbon): Promise<void> {
  const second = nowSeconds();
  await using sink = sinkOn(carbon.aggregatorPort);
  sink.write([...counts("twice", second), ...counts("twice", second)]);
  await assertStored(carbon, "sink.sum.twice", [[second, 12]]);
}
