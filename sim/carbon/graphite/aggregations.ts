/**
 * Ways to make one value of several.
 *
 * @module
 */

import { RequestError } from "./request_error.ts";

/** Makes one value of several, of which some are unknown. */
export type Aggregation = (values: readonly (number | null)[]) => number | null;

/** Of the known values, of which there is one at least. */
type OfKnown = (known: readonly number[]) => number;

const sum: OfKnown = (known) => known.reduce((total, value) => total + value, 0);
const max: OfKnown = (known) => known.reduce((most, value) => Math.max(most, value));
const min: OfKnown = (known) => known.reduce((least, value) => Math.min(least, value));
const average: OfKnown = (known) => sum(known) / known.length;

function median(known: readonly number[]): number {
  const sorted = known.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

function deviation(known: readonly number[]): number {
  const mean = average(known);
  return Math.sqrt(sum(known.map((value) => (value - mean) ** 2)) / known.length);
}

function ofKnown(combine: OfKnown): Aggregation {
  return (values) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : combine(known);
  };
}

const AGGREGATIONS: Readonly<Record<string, Aggregation>> = {
  average: ofKnown(average),
  avg: ofKnown(average),
  avg_zero: (values) =>
    values.length === 0 ? null : sum(values.map((value) => value ?? 0)) / values.length,
  count: (values) => values.filter((value) => value !== null).length,
  current: ofKnown((known) => known.at(-1) ?? NaN),
  diff: ofKnown(([first = NaN, ...others]) => first - sum(others)),
  first: ofKnown(([first = NaN]) => first),
  last: ofKnown((known) => known.at(-1) ?? NaN),
  max: ofKnown(max),
  median: ofKnown(median),
  min: ofKnown(min),
  multiply: (values) =>
    values.reduce(
      (product, value) => product === null || value === null ? null : product * value,
      1,
    ),
  range: ofKnown((known) => max(known) - min(known)),
  rangeOf: ofKnown((known) => max(known) - min(known)),
  stddev: ofKnown(deviation),
  sum: ofKnown(sum),
  total: ofKnown(sum),
};

/**
 * Finds a way by its name.
 *
 * @param name Such as `sum`, `avg`, `max` or `last`.
 * @returns The way.
 * @throws {RequestError} When there is none of the name.
 */
export function aggregationNamed(name: string): Aggregation {
  const aggregation = Object.hasOwn(AGGREGATIONS, name) ? AGGREGATIONS[name] : undefined;
  if (aggregation === undefined) {
    throw new RequestError(`Unsupported aggregation function: ${name}`);
  }
  return aggregation;
}
