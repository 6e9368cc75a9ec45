/**
 * The values of one interval of an aggregated series.
 *
 * @module
 */

import type { AggregationMethod } from "./aggregation_rules.ts";

/** Most values that a percentile is taken of; further ones are passed over. */
const MOST_VALUES = 10_000;

/** Values that become one. */
export class IntervalValues {
  readonly #method: AggregationMethod;
  #count = 0;
  #sum = 0;
  #least = Infinity;
  #most = -Infinity;
  /** Kept for percentiles alone. */
  readonly #values: number[] = [];
  #hasChanged = false;

  /** @param method How they become one. */
  constructor(method: AggregationMethod) {
    this.#method = method;
  }

  /** Whether a value was added since the last {@linkcode take}. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  /** Adds a value. */
  add(value: number): void {
    this.#hasChanged = true;
    this.#count++;
    this.#sum += value;
    this.#least = Math.min(this.#least, value);
    this.#most = Math.max(this.#most, value);
    if (this.#method.startsWith("p") && this.#values.length < MOST_VALUES) this.#values.push(value);
  }

  /** What the values so far come to. */
  take(): number {
    this.#hasChanged = false;
    switch (this.#method) {
      case "sum":
        return this.#sum;
      case "avg":
        return this.#sum / this.#count;
      case "min":
        return this.#least;
      case "max":
        return this.#most;
      case "count":
        return this.#count;
      default:
        // "p95" is 95 percent, "p999" 99.9 percent.
        return percentile(this.#values, Number(`0.${this.#method.slice(1)}`));
    }
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const rank = share * (sorted.length - 1);
  const low = Math.floor(rank);
  const lower = sorted[low] ?? NaN;
  if (rank === low) return lower;
  return lower * (low + 1 - rank) + (sorted[low + 1] ?? NaN) * (rank - low);
}
