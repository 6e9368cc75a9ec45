/**
 * From Graphite's series to what a chart draws: one axis of time, a column a series. Pure.
 *
 * @module
 */
import { type Graph, type Mode, pathOf, wildcardsOf } from "./graphs.ts";
import type { Series } from "./sources/graphite.ts";

/** A chart's data. */
export interface GraphData {
  /** Times of the points, seconds since the epoch, ascending. */
  readonly times: readonly number[];
  /** A series by its label; a value or null for each time. */
  readonly series: readonly {
    readonly label: string;
    readonly values: readonly (number | null)[];
  }[];
}

/** Seconds to which what is counted relates, where nothing is summarised. */
const RATE_SECONDS = 60;
/** Series that one chart can show and a person can tell apart. */
const MOST_SERIES = 24;

/**
 * Puts series on one axis.
 *
 * @param graph What they are.
 * @param mode What was asked for.
 * @param found What Graphite sent.
 * @returns The data; series without a single value are left out. What is counted is told by the minute in
 * realtime, however long Graphite's steps are, and by the mode's step else.
 */
export function graphData(graph: Graph, mode: Mode, found: readonly Series[]): GraphData {
  const filled = found.filter(({ datapoints }) => datapoints.some(([value]) => value !== null))
    .slice(0, MOST_SERIES);
  const times = [...new Set(filled.flatMap(({ datapoints }) => datapoints.map(([, at]) => at)))]
    .sort((one, other) => one - other);
  const series = filled.map(({ target, datapoints }) => {
    const scale = graph.summary === "sum" && mode === "realtime"
      ? RATE_SECONDS / stepSeconds(datapoints)
      : 1;
    const values = new Map(
      datapoints.map(([value, at]) => [at, value === null ? null : value * scale]),
    );
    return {
      label: labelOf(graph, target),
      values: times.map((at) => values.get(at) ?? null),
    };
  });
  return { times, series: series.sort((one, other) => one.label < other.label ? -1 : 1) };
}

function stepSeconds(datapoints: Series["datapoints"]): number {
  const [first, second] = datapoints;
  return first === undefined || second === undefined ? RATE_SECONDS : second[1] - first[1];
}

function labelOf(graph: Graph, target: string): string {
  const path = pathOf(target);
  for (const pattern of graph.patterns) {
    const wildcards = wildcardsOf(pattern, path);
    if (wildcards !== undefined) return graph.label(wildcards, path);
  }
  return target;
}
