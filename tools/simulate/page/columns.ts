/**
 * A load test over time, as the plots of its page want it: a column of numbers for each line.
 *
 * @module
 */
import { type LoadResult, type Phase, PHASES, type Snapshot } from "../../../sim/load/mod.ts";

/** Numbers for each moment; `null` where nothing was measured. */
export type Column = readonly (number | null)[];

/** All lines of all plots. */
export interface Columns {
  /** The moments, in seconds since the beginning. */
  readonly seconds: Column;
  /** The end of the warm-up, in seconds; 0 where there was none. */
  readonly countedFrom: number;
  /** Rates: jobs a second in real time, jobs an hour in virtual time. */
  readonly ended: Column;
  readonly submitted: Column;
  readonly waiting: Column;
  readonly leased: Column;
  readonly running: Column;
  readonly online: Column;
  /** Sums so far. */
  readonly faults: Column;
  readonly requeued: Column;
  /** Percentiles in milliseconds. */
  readonly latencies: Readonly<
    Record<Phase, { readonly p50: Column; readonly p95: Column; readonly p99: Column }>
  >;
  /** Cores in use by kind of process, in real time; in virtual time there is nothing to be shown. */
  readonly cores: Readonly<Record<string, Column>>;
  readonly rssBytes: Column;
}

/**
 * Makes the columns.
 *
 * @param result What came of a load test.
 * @returns The lines of its plots.
 */
export function columnsOf({ series: all, eventHash }: LoadResult): Columns {
  const series = withoutStub(all);
  const column = (value: (snapshot: Snapshot) => number) => series.map(value);
  const isVirtual = eventHash !== null;
  const rate = (value: (snapshot: Snapshot) => number, seconds = 1) =>
    series.map((snapshot, index) => rateOf(value, series[index - 1], snapshot, seconds));
  const jobRate = (value: (snapshot: Snapshot) => number) => rate(value, isVirtual ? 3600 : 1);
  const latencies = Object.fromEntries(PHASES.map((phase) => {
    const times = (key: "p50" | "p95" | "p99") =>
      series.map(({ latencies }) => latencies[phase].count === 0 ? null : latencies[phase][key]);
    return [phase, { p50: times("p50"), p95: times("p95"), p99: times("p99") }];
  })) as unknown as Columns["latencies"];
  const kinds = !isVirtual ? Object.keys(series.at(-1)?.cpuSeconds ?? {}) : [];
  return {
    seconds: column(({ seconds }) => seconds),
    countedFrom: series.findLast(({ warmingUp }) => warmingUp)?.seconds ?? 0,
    ended: jobRate(({ states }) => states.succeeded + states.failed),
    submitted: jobRate(({ submitted }) => submitted),
    waiting: column(({ states }) => states.waiting),
    leased: column(({ states }) => states.leased),
    running: column(({ states }) => states.running),
    online: column(({ online }) => online),
    faults: column(({ faults }) => faults),
    requeued: column(({ requeued }) => requeued),
    latencies,
    cores: Object.fromEntries(
      kinds.map((kind) => [kind, rate(({ cpuSeconds }) => cpuSeconds[kind] ?? 0)]),
    ),
    rssBytes: column(({ rssBytes }) => rssBytes),
  };
}

/** The last look comes at the end, not when it is due: a rate over a moment would say nothing. */
function withoutStub(series: readonly Snapshot[]): readonly Snapshot[] {
  const [before, previous, last] = series.slice(-3);
  if (before === undefined || previous === undefined || last === undefined) return series;
  const isStub = last.seconds - previous.seconds < (previous.seconds - before.seconds) / 2;
  return isStub ? series.slice(0, -1) : series;
}

/** Growth in so many seconds since the snapshot before; nothing is known of the first. */
function rateOf(
  value: (snapshot: Snapshot) => number,
  before: Snapshot | undefined,
  snapshot: Snapshot,
  seconds: number,
): number | null {
  if (before === undefined) return null;
  const passed = snapshot.seconds - before.seconds;
  return passed <= 0 ? null : Math.max(0, value(snapshot) - value(before)) / passed * seconds;
}
