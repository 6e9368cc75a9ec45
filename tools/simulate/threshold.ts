/**
 * Thresholds: what a load test must keep to, such as `lease_p99<500ms`.
 *
 * @module
 */
import { parseBytes, parseSeconds } from "../../lib/config/values.ts";
import { type LoadResult, PHASES } from "../../sim/load/mod.ts";

/** A threshold, understood. */
export interface Threshold {
  /** As it was written. */
  readonly text: string;
  /** Name of the figure, such as `lease_p99`. */
  readonly metric: string;
  /** The figure as it must be compared; times in milliseconds. */
  readonly limit: number;
  /** True where a value keeps to it. */
  readonly admits: (value: number) => boolean;
}

/** What came of a threshold. */
export interface ThresholdResult {
  readonly threshold: string;
  readonly metric: string;
  readonly value: number;
  readonly ok: boolean;
}

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  "<": (value, limit) => value < limit,
  "<=": (value, limit) => value <= limit,
  ">": (value, limit) => value > limit,
  ">=": (value, limit) => value >= limit,
  "==": (value, limit) => value === limit,
};

/** How a figure's limit is written. */
type Unit = "time" | "size" | "number";

interface Metric {
  readonly unit: Unit;
  readonly of: (result: LoadResult) => number;
}

const QUANTILES = ["mean", "p50", "p90", "p95", "p99", "max"] as const;

/** Every figure that can be held to a threshold, by name. */
export const METRICS: ReadonlyMap<string, Metric> = new Map<string, Metric>([
  ...PHASES.flatMap((phase) =>
    QUANTILES.map((quantile): [string, Metric] => [`${phase}_${quantile}`, {
      unit: "time",
      of: ({ latencies }) => latencies[phase][quantile],
    }])
  ),
  ["jobs_per_second", { unit: "number", of: ({ jobsPerSecond }) => jobsPerSecond }],
  ["succeeded", { unit: "number", of: ({ succeeded }) => succeeded }],
  ["failed", { unit: "number", of: ({ failed }) => failed }],
  ["unfinished", { unit: "number", of: ({ unfinished }) => unfinished }],
  ["requeued", { unit: "number", of: ({ requeued }) => requeued }],
  ["lost", { unit: "number", of: ({ lost }) => lost }],
  ["duplicated", { unit: "number", of: ({ duplicated }) => duplicated }],
  ["reexecuted", { unit: "number", of: ({ reexecuted }) => reexecuted }],
  ["seconds", { unit: "number", of: ({ seconds }) => seconds }],
  ["rss", { unit: "size", of: ({ rssBytes }) => rssBytes }],
]);

function parseLimit(text: string, unit: Unit): number {
  if (unit === "time") {
    if (!/[a-z]$/i.test(text)) throw new SyntaxError(`needs a unit of time, such as ${text}ms`);
    return parseSeconds(text) * 1000;
  }
  if (unit === "size") return parseBytes(text);
  if (!/^\d+(\.\d+)?$/.test(text)) throw new SyntaxError("needs a plain number");
  return Number(text);
}

/**
 * Reads a threshold: a figure, one of `<`, `<=`, `>`, `>=`, `==`, and a limit.
 *
 * @param text The words; blanks between them don't matter.
 * @returns The threshold.
 * @throws {SyntaxError} When it cannot be read; the message says why.
 */
export function parseThreshold(text: string): Threshold {
  const [, metric = "", sign = "", limitText = ""] =
    /^\s*([a-z0-9_]+)\s*(<=|>=|==|<|>)\s*([0-9][a-zA-Z0-9.]*)\s*$/.exec(text) ?? [];
  if (metric === "") throw new SyntaxError("is no threshold: write one such as lease_p99<500ms");
  const known = METRICS.get(metric);
  if (known === undefined) {
    throw new SyntaxError(
      `is about an unknown figure: there are ${[...METRICS.keys()].join(", ")}`,
    );
  }
  const limit = parseLimit(limitText, known.unit);
  const compare = COMPARISONS[sign];
  return {
    text: `${metric}${sign}${limitText}`,
    metric,
    limit,
    admits: (value) => compare?.(value, limit) ?? false,
  };
}

/**
 * Holds a result against thresholds. A figure that was never measured keeps to none: a limit on what did
 * not happen is a mistake.
 *
 * @param thresholds The thresholds.
 * @param result The result.
 * @returns What came of each, in order.
 */
export function checkThresholds(
  thresholds: readonly Threshold[],
  result: LoadResult,
): readonly ThresholdResult[] {
  return thresholds.map(({ text, metric, admits }) => {
    const value = METRICS.get(metric)?.of(result) ?? NaN;
    const phase = PHASES.find((name) => metric.startsWith(`${name}_`));
    const measured = phase === undefined || result.latencies[phase].count > 0;
    return { threshold: text, metric, value, ok: measured && admits(value) };
  });
}
