/**
 * Graphite's `/render`, as JSON.
 *
 * @module
 */

import { PatternError } from "../path_pattern.ts";
import type { SeriesStore } from "../series_store.ts";
import { evaluateTarget } from "./evaluate.ts";
import type { RenderContext } from "./render_context.ts";
import { RequestError } from "./request_error.ts";
import { parseTarget } from "./target_parser.ts";
import { parseTime } from "./time_expression.ts";
import { consolidate, type TimeSeries } from "./time_series.ts";

/** Most targets of a request. */
const MOST_TARGETS = 1000;
/** Most series that the patterns of a request come to. */
const MOST_SERIES = 20_000;
/** Most values that a request reads and makes. */
const MOST_VALUES = 5_000_000;
/** Most function calls of a request. */
const MOST_CALLS = 10_000;

/**
 * Answers a request.
 *
 * @param store The series.
 * @param query `target` (also `target[]`), `from`, `until`, `now`, `maxDataPoints`, `noNullPoints`,
 * `xFilesFactor` and `format`, which must be `json`.
 * @returns The JSON text.
 * @throws {RequestError} When the request is wrong or asks for too much.
 */
export function render(store: SeriesStore, query: URLSearchParams): string {
  const format = query.get("format") ?? "png";
  if (format !== "json") throw new RequestError(`Cannot render ${format}: json is what there is`);
  const targets = [...query.getAll("target"), ...query.getAll("target[]")];
  if (targets.length > MOST_TARGETS) throw new RequestError(`More than ${MOST_TARGETS} targets`);
  const now = parseTime(query.get("now") ?? "now", store.now);
  const times = [query.get("from") ?? "-1d", query.get("until") ?? "now"];
  const [from = now, until = now] = times.map((time) => parseTime(time, now)).sort((a, b) => a - b);
  if (from === until) throw new RequestError("Invalid empty time range");
  const context = renderContext(store, {
    ...{ now, from, until },
    xFilesFactor: numberOf(query, "xFilesFactor") ?? 0,
  });
  const seriesList = targets.filter((target) => target.trim() !== "")
    .flatMap((target) => evaluateTarget(parseTarget(target), context));
  const most = /^\d+$/.test(query.get("maxDataPoints") ?? "")
    ? Number(query.get("maxDataPoints"))
    : undefined;
  if (most === 0) throw new RequestError("Cannot render maxDataPoints=0");
  return toJson(seriesList, most, query.has("noNullPoints"));
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const number = text.trim() === "" ? NaN : Number(text);
  if (Number.isNaN(number)) throw new RequestError(`Cannot read ${name} "${text}"`);
  return number;
}

interface RenderSpan {
  readonly now: number;
  readonly from: number;
  readonly until: number;
  readonly xFilesFactor: number;
}

function renderContext(store: SeriesStore, span: RenderSpan): RenderContext {
  let calls = 0;
  let seriesCount = 0;
  let valueCount = 0;
  const context: RenderContext = {
    ...span,
    stacks: new Map(),
    countCall: () => {
      if (++calls > MOST_CALLS) throw new RequestError(`More than ${MOST_CALLS} calls`);
    },
    countValues: (count) => {
      valueCount += count;
      if (valueCount > MOST_VALUES) throw new RequestError(`More than ${MOST_VALUES} values`);
    },
    fetch: (pattern, from, until) => {
      const nodes = find(store, pattern);
      seriesCount += nodes.length;
      if (seriesCount > MOST_SERIES) throw new RequestError(`More than ${MOST_SERIES} series`);
      return nodes.flatMap(({ path, series }) => {
        const points = series?.fetch(from, until, span.now);
        if (points === undefined) return [];
        context.countValues(points.values.length);
        const named = { name: path, pathExpression: pattern, tags: { name: path } };
        return [{ ...points, ...named, consolidation: "average", xFilesFactor: span.xFilesFactor }];
      });
    },
  };
  return context;
}

/** Finds places by a pattern from a request. */
export function find(store: SeriesStore, pattern: string): ReturnType<SeriesStore["find"]> {
  try {
    return store.find(pattern);
  } catch (error) {
    throw error instanceof PatternError ? new RequestError(error.message) : error;
  }
}

function toJson(
  seriesList: readonly TimeSeries[],
  most: number | undefined,
  leavesOutUnknown: boolean,
): string {
  const start = Math.min(...seriesList.map((series) => series.start));
  const end = Math.max(...seriesList.map((series) => series.end));
  const texts = seriesList.flatMap((series) => {
    const { name, tags } = series;
    const datapoints = datapointsOf(fitted(series, most, end - start), leavesOutUnknown);
    if (leavesOutUnknown && datapoints.length === 0) return [];
    const [target, noted] = [JSON.stringify(name), JSON.stringify(tags)];
    return [`{"target": ${target}, "tags": ${noted}, "datapoints": [${datapoints.join(", ")}]}`];
  });
  return `[${texts.join(", ")}]`;
}

/** Fewer values, where there are more than wanted over the time of all series. */
function fitted(series: TimeSeries, most: number | undefined, spanSeconds: number): TimeSeries {
  const { start, step, values } = series;
  if (most === undefined) return series;
  if (most === 1) return { ...series, values: consolidate(series, values.length) };
  if (most >= spanSeconds / step) return series;
  const count = Math.ceil(spanSeconds / step / most);
  const seconds = count * step;
  // Begin at a multiple of the new step, so that the next request has the same intervals.
  const nudge = seconds + start % step - start % seconds;
  const kept = { ...series, values: values.slice(Math.max(0, Math.trunc(nudge / step) - 1)) };
  return { ...kept, start: start + nudge, step: seconds, values: consolidate(kept, count) };
}

function datapointsOf(
  { start, step, values, end }: TimeSeries,
  leavesOutUnknown: boolean,
): string[] {
  const texts: string[] = [];
  for (const [index, value] of values.entries()) {
    const second = start + index * step;
    if (second > end) break;
    const isUnknown = value === null || Number.isNaN(value);
    if (!isUnknown || !leavesOutUnknown) {
      texts.push(`[${isUnknown ? "null" : textOf(value)}, ${second}]`);
    }
  }
  return texts;
}

/** JSON has no word for infinity; Graphite writes a number that none can hold. */
function textOf(value: number): string {
  return Number.isFinite(value) ? `${value}` : value < 0 ? "-1e9999" : "1e9999";
}
