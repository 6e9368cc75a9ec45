/**
 * When callbacks run that must not run at once.
 *
 * @module
 */
import type { Clock, Timer } from "../../lib/clock.ts";

/** Callbacks that run as microtasks before timers and sockets get their turn again. */
const MOST_IN_A_ROW = 1024;

/** What follows it is a microtask, at half the cost of one that the runtime watches over. */
const NOW = Promise.resolve();

/**
 * Runs callbacks as microtasks, in order. Two parties that answer each other would keep timers and
 * sockets waiting for ever, so after every thousand or so the rest waits for the clock and then runs in one go.
 */
export class Turns {
  readonly #clock: Clock;
  #left = MOST_IN_A_ROW;
  #waiting: (() => void)[] = [];
  #timer: Timer | undefined;

  /**
   * @param clock Where a pause is taken.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `callback` soon, after those that were given before. */
  defer(callback: () => void): void {
    if (this.#timer === undefined && this.#left > 0) {
      this.#left--;
      void NOW.then(callback);
      return;
    }
    this.#waiting.push(callback);
    this.#timer ??= this.#clock.after(0, () => this.#resume());
  }

  /** Takes back a callback that waits for the clock; one that is a microtask already still runs. */
  forget(callback: () => void): void {
    if (this.#timer === undefined) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== callback);
    if (this.#waiting.length > 0) return;
    this.#timer.cancel();
    this.#timer = undefined;
  }

  #resume(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#timer = undefined;
    this.#left = MOST_IN_A_ROW;
    for (const callback of waiting) callback();
  }
}
