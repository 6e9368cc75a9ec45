/**
 * Measurements on their way to a store of time series, and the seam to such a store.
 *
 * @module
 */

/** One measurement, as Carbon's plaintext protocol carries it. */
export interface Sample {
  /** Name of the series: safe parts with dots between them. */
  readonly path: string;
  /** What was measured; a finite number. */
  readonly value: number;
  /** When, in whole seconds since the epoch. */
  readonly timeSeconds: number;
}

/** A store of time series that takes samples in. */
export interface MetricsSink extends AsyncDisposable {
  /** Takes samples; returns at once, and never throws. What cannot be stored now is kept within bounds. */
  write(samples: readonly Sample[]): void;
}
