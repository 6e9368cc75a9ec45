/**
 * Series on their way from the store to the answer.
 *
 * @module
 */

import { aggregationNamed } from "./aggregations.ts";

/** Values at equal distances. */
export interface TimeSeries {
  /** What it is called in the answer. */
  readonly name: string;
  /** What it came from: the pattern of a path, or the call that made it. */
  readonly pathExpression: string;
  /** Second of the first value. */
  readonly start: number;
  /** Second after the last value's. */
  readonly end: number;
  /** Distance of two values in seconds. */
  readonly step: number;
  /** The values, `null` where none is known. */
  readonly values: readonly (number | null)[];
  /** How values become one where there are too many: `average`, `sum`, `max` … */
  readonly consolidation: string;
  /** Share of values, 0 to 1, that must be known for the one that they become. */
  readonly xFilesFactor: number;
  /** What functions noted about it. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Makes one value of each so many.
 *
 * @param series The series.
 * @param count How many.
 * @returns The values.
 */
export function consolidate(series: TimeSeries, count: number): readonly (number | null)[] {
  if (count <= 1) return series.values;
  const combine = aggregationNamed(series.consolidation);
  return Array.from({ length: Math.ceil(series.values.length / count) }, (_, index) => {
    const values = series.values.slice(index * count, (index + 1) * count);
    return isKnown(values, series.xFilesFactor, count) ? combine(values) : null;
  });
}

/**
 * Whether enough of some values are known.
 *
 * @param values The values.
 * @param xFilesFactor Share that must be known; one must be in any case.
 * @param total Number of which it is a share. Default: that of the values.
 */
export function isKnown(
  values: readonly (number | null)[],
  xFilesFactor: number,
  total = values.length,
): boolean {
  const known = values.reduce((count: number, value) => value === null ? count : count + 1, 0);
  return known > 0 && known / total >= xFilesFactor;
}

/** Series of one step. */
export interface Normalized {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  /** For each time, the values of all series in their order; `null` behind the end of a series. */
  readonly rows: (number | null)[][];
}

/**
 * Brings series to one step: the least that is a multiple of each.
 *
 * @param seriesList One series or more.
 * @returns Their values by time.
 */
export function normalize(seriesList: readonly TimeSeries[]): Normalized {
  const step = seriesList.map((series) => series.step).reduce(leastCommonMultiple);
  const columns = seriesList.map((series) => consolidate(series, step / series.step));
  const start = Math.min(...seriesList.map((series) => series.start));
  const latest = Math.max(...seriesList.map((series) => series.end));
  const length = Math.max(...columns.map((values) => values.length));
  const rows = Array.from(
    { length },
    (_, index) => columns.map((values) => values[index] ?? null),
  );
  return { start, end: latest - (latest - start) % step, step, rows };
}

function leastCommonMultiple(one: number, other: number): number {
  let [greater, less] = [Math.max(one, other), Math.min(one, other)];
  while (less > 0) [greater, less] = [less, greater % less];
  return one / greater * other;
}
