/**
 * Statistics of durations between two flushes, in constant memory however many there are.
 *
 * @module
 */

/** What is known of a set of durations; all in the unit in which they were added. */
export interface DurationSummary {
  /** Arithmetic mean. */
  readonly avg: number;
  /** Shortest. */
  readonly min: number;
  /** Longest. */
  readonly max: number;
  /** Geometric mean; 0 where one of them is 0. */
  readonly gmean: number;
  /** Number of them. */
  readonly count: number;
}

/** Adds up durations. */
export class Durations {
  #count = 0;
  #sum = 0;
  /** Sum of logarithms: the product itself leaves the range of numbers after some hundred of them. */
  #logarithms = 0;
  #min = Infinity;
  #max = 0;

  /** Adds one; 0 or more. */
  add(duration: number): void {
    this.#count++;
    this.#sum += duration;
    this.#logarithms += Math.log(duration);
    this.#min = Math.min(this.#min, duration);
    this.#max = Math.max(this.#max, duration);
  }

  /** Sums up what was added; at least one must have been. */
  summary(): DurationSummary {
    return {
      avg: this.#sum / this.#count,
      min: this.#min,
      max: this.#max,
      gmean: Math.exp(this.#logarithms / this.#count),
      count: this.#count,
    };
  }
}
