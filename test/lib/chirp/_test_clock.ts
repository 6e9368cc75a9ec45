/**
 * A clock without waiting.
 *
 * @module
 */

import type { Clock, Timer } from "../../../lib/clock.ts";

/**
 * Short waits (back-off) pass at once and are noted; long ones (time limits) wait for
 * {@linkcode TestClock.expire}.
 */
export class TestClock implements Clock {
  /** The short waits so far, in milliseconds. */
  readonly waits: number[] = [];
  readonly #patienceMs: number;
  readonly #limits = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  #nowMs = 1_000_000;

  /** @param patienceMs Waits shorter than this pass at once, in milliseconds. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Milliseconds on this clock. */
  now(): number {
    return this.#nowMs;
  }

  /** Notes a short wait and lets it pass; keeps a long one. */
  after(delayMs: number, callback: () => void): Timer {
    if (delayMs < this.#patienceMs) {
      this.waits.push(delayMs);
      let cancelled = false;
      queueMicrotask(() => {
        if (cancelled) return;
        this.#nowMs += delayMs;
        callback();
      });
      return { cancel: () => cancelled = true };
    }
    const limit = { atMs: this.#nowMs + delayMs, callback };
    this.#limits.add(limit);
    return { cancel: () => this.#limits.delete(limit) };
  }

  /** Moves on; time limits that this passes expire. */
  expire(elapsedMs: number): void {
    this.#nowMs += elapsedMs;
    for (const limit of this.#limits) {
      if (limit.atMs > this.#nowMs) continue;
      this.#limits.delete(limit);
      limit.callback();
    }
  }

  /** Time limits that are being watched. */
  get watched(): number {
    return this.#limits.size;
  }
}
