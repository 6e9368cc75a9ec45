/**
 * How long to wait before the next attempt: longer each time, and never in step with others.
 *
 * @module
 */
import { type Random, randomFraction, systemRandom } from "../random.ts";

/** Options of {@linkcode Backoff}. */
export interface BackoffOptions {
  /** Longest wait after the first failure, in milliseconds. Default: 1000. */
  readonly firstMs?: number | undefined;
  /** Longest wait of all, in milliseconds. Default: 60,000. */
  readonly maxMs?: number | undefined;
  /** Share of a wait, 0 to 1, that chance may take off. Default: 0.5. */
  readonly jitter?: number | undefined;
  /** Failures after which no attempt follows. Default: attempts never end. */
  readonly attempts?: number | undefined;
  /** Source of the jitter. Default: the system's. */
  readonly random?: Random | undefined;
}

/**
 * Exponential back-off with jitter. It holds no state: the caller counts its failures.
 *
 * @example
 * ```ts
 * import { Backoff } from "./backoff.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const backoff = new Backoff({ firstMs: 100, maxMs: 1000, jitter: 0, attempts: 6 });
 * const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) => backoff.nextDelayMs(failures));
 * assertEquals(waits, [100, 200, 400, 800, 1000, 1000, undefined]);
 * ```
 */
export class Backoff {
  /** Longest wait of all, in milliseconds. */
  readonly maxMs: number;
  readonly #firstMs: number;
  readonly #jitter: number;
  readonly #attempts: number;
  readonly #random: Random;

  /**
   * Fixes the bounds.
   *
   * @param options Bounds of the wait and of the number of attempts.
   * @throws {RangeError} When a wait is negative or not finite, or the jitter is not between 0 and 1.
   */
  constructor(options: BackoffOptions = {}) {
    const { firstMs = 1000, maxMs = 60_000, jitter = 0.5, attempts = Infinity } = options;
    if (!(firstMs >= 0 && firstMs < Infinity && maxMs >= 0 && maxMs < Infinity)) {
      throw new RangeError(`Cannot back off: bad wait, first ${firstMs} ms and max ${maxMs} ms`);
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new RangeError(`Cannot back off: bad jitter ${jitter}`);
    }
    this.maxMs = maxMs;
    this.#firstMs = firstMs;
    this.#jitter = jitter;
    this.#attempts = attempts;
    this.#random = options.random ?? systemRandom;
  }

  /**
   * Says how long to wait.
   *
   * @param failures Failures in a row so far; 1 or more.
   * @returns The wait in whole milliseconds, or `undefined` when no attempt is left.
   */
  nextDelayMs(failures: number): number | undefined {
    if (failures > this.#attempts) return undefined;
    // The exponent is capped so that the product stays a number after a year of failures.
    const fullMs = Math.min(this.maxMs, this.#firstMs * 2 ** Math.min(failures - 1, 40));
    return Math.round(fullMs * (1 - this.#jitter * randomFraction(this.#random)));
  }
}
