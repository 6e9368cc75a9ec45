/**
 * Stopping with grace: what has begun may finish within a bound.
 *
 * @module
 */
import type { Clock, Timer } from "../../lib/clock.ts";

/** A signal that follows another one after some time, unless disposed of before. */
export class LastCall implements Disposable {
  readonly #controller = new AbortController();
  readonly #stop: AbortSignal;
  readonly #onStop: () => void;
  #timer: Timer | undefined;

  /**
   * @param clock Measures the grace.
   * @param stop The signal that starts it.
   * @param graceMs Its length.
   */
  constructor(clock: Clock, stop: AbortSignal, graceMs: number) {
    this.#stop = stop;
    this.#onStop = () => {
      this.#timer = clock.after(graceMs, () => this.#controller.abort(stop.reason));
    };
    if (stop.aborted) this.#onStop();
    else stop.addEventListener("abort", this.#onStop, { once: true });
  }

  /** Aborted when the grace is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Takes the call back. */
  [Symbol.dispose](): void {
    this.#stop.removeEventListener("abort", this.#onStop);
    this.#timer?.cancel();
  }
}

/**
 * Waits for a promise, but not longer than a signal allows.
 *
 * @throws The signal's reason, when it is aborted first.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
