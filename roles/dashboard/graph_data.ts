/**
 * From Graphite's series to what a chart draws: one axis of time, a column a series. Pure.
 *
 * @module
 */
import { type Graph, pathOf, wildcardsOf } from "./graphs.ts";
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

/** Series that one chart can show and a person can tell apart. */
const MOST_SERIES = 24;

/**
 * Puts series on one axis.
 *
 * @param graph What they are.
 * @param found What Graphite sent.
 * @returns The data; series without a single value are left out.
 */
export function graphData(graph: Graph, found: readonly Series[]): GraphData {
  const filled = found.filter(({ datapoints }) => datapoints.some(([value]) => value !== null))
    .slice(0, MOST_SERIES);
  const times = [...new Set(filled.flatMap(({ datapoints }) => datapoints.map(([, at]) => at)))]
    .sort((one, other) => one - other);
  const series = filled.map(({ target, datapoints }) => {
    const values = new Map(datapoints.map(([value, at]) => [at, value]));
    return {
      label: labelOf(graph, target),
      values: times.map((at) => values.get(at) ?? null),
    };
  });
  return { times, series: series.sort((one, other) => one.label < other.label ? -1 : 1) };
}

function labelOf(graph: Graph, target: string): string {
  const path = pathOf(target);
  for (const pattern of graph.patterns) {
    const wildcards = wildcardsOf(pattern, path);
    if (wildcards !== undefined) return graph.label(wildcards, path);
  }
  return target;
}
