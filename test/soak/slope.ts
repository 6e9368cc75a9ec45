/**
 * How fast something grows, told from samples that jump: the estimator of Theil and Sen, the median of the
 * slopes between all pairs of samples. Up to a quarter of the samples may be wild without moving it far.
 *
 * @module
 */

/** A sample. */
export interface Point {
  /** Where it stands on the axis, such as the number of the round. */
  readonly at: number;
  readonly value: number;
  /** Samples of different lives are not compared: a process that was started again begins anew. */
  readonly life: number;
}

/** A slope and how sure it is. */
export interface Slope {
  /** Growth by one step of the axis. */
  readonly slope: number;
  /** It is at least this, with 99 % certainty. */
  readonly atLeast: number;
  /** Pairs that were compared. */
  readonly pairs: number;
}

/** Standard deviations below the middle at which 1 % of a normal distribution ends. */
const ONE_PERCENT = 2.326;

/**
 * Estimates a slope.
 *
 * @param points Samples in any order.
 * @returns The slope; `undefined` where no two samples can be compared.
 */
export function robustSlope(points: readonly Point[]): Slope | undefined {
  const slopes: number[] = [];
  let variance = 0;
  for (const samples of Map.groupBy(points, ({ life }) => life).values()) {
    const n = samples.length;
    // Variance of Kendall's S, which counts the pairs that rise less those that fall.
    variance += n * (n - 1) * (2 * n + 5) / 18;
    for (const [index, left] of samples.entries()) {
      for (const right of samples.slice(index + 1)) {
        if (right.at !== left.at) {
          slopes.push((right.value - left.value) / (right.at - left.at));
        }
      }
    }
  }
  if (slopes.length === 0) return undefined;
  slopes.sort((left, right) => left - right);
  const doubtful = ONE_PERCENT * Math.sqrt(variance);
  const lowest = Math.max(0, Math.floor((slopes.length - doubtful) / 2));
  return { slope: median(slopes), atLeast: slopes[lowest] ?? NaN, pairs: slopes.length };
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const [left, right] = [sorted[Math.ceil(middle) - 1] ?? NaN, sorted[Math.floor(middle)] ?? NaN];
  return (left + right) / 2;
}
