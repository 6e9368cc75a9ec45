/**
 * What is said about several runs of the same.
 *
 * @module
 */

/** The middle of some samples and how far they scatter. */
export interface Summary {
  /** Half of the samples are above it. */
  readonly median: number;
  /** A quarter of the samples is below it. */
  readonly lowerQuartile: number;
  /** A quarter of the samples is above it. */
  readonly upperQuartile: number;
}

/**
 * Finds the value below which a part of the samples lies, between two samples in proportion.
 *
 * @param samples At least one, in any order.
 * @param part From 0 to 1.
 * @throws {RangeError} When there is no sample.
 */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) {
    throw new RangeError("Cannot find a quantile of no samples");
  }
  return below + (above - below) * (place - Math.floor(place));
}

/** Sums samples up. */
export function summarize(samples: readonly number[]): Summary {
  return {
    median: quantile(samples, 0.5),
    lowerQuartile: quantile(samples, 0.25),
    upperQuartile: quantile(samples, 0.75),
  };
}

/** Half the distance of the quartiles, as a part of the median: how far to trust it. */
export function spread({ median, lowerQuartile, upperQuartile }: Summary): number {
  return median === 0 ? 0 : (upperQuartile - lowerQuartile) / 2 / Math.abs(median);
}

/**
 * How many times better ours is than a peer. What was measured in one round shares the machine's mood, so
 * the rounds are compared first and their median is taken; with unequal numbers, the medians.
 *
 * @param better Which way is better: above 1 always means that ours is.
 */
export function timesBetter(
  ours: readonly number[],
  theirs: readonly number[],
  better: "more" | "less",
): number {
  const ratio = (own: number, other: number) => better === "more" ? own / other : other / own;
  if (ours.length !== theirs.length) return ratio(quantile(ours, 0.5), quantile(theirs, 0.5));
  return quantile(ours.map((own, round) => ratio(own, theirs[round] ?? NaN)), 0.5);
}
