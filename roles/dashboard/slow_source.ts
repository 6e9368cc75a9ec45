/**
 * A value that changes slowly, or whose source answers slowly, for readers that cannot wait.
 *
 * @module
 */
import { type Clock, within } from "../../lib/clock.ts";
import { unlessBroken } from "./sources.ts";

/** Longest wait for a value that nobody knows yet, in milliseconds. */
const PATIENCE_MS = 300;

/** Remembers a value, and reads it anew in the background. */
export class SlowSource<T> {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #read: () => Promise<T>;
  #value: T | undefined;
  #readMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  /**
   * @param clock Tells how old a value is.
   * @param maxAgeMs Age from which on it is read anew, in milliseconds.
   * @param read Reads it.
   */
  constructor(clock: Clock, maxAgeMs: number, read: () => Promise<T>) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
    this.#read = read;
  }

  /**
   * Gives the value without waiting long.
   *
   * @returns The last value; undefined where its source is off, broken, or has not answered yet.
   */
  async latest(): Promise<T | undefined> {
    if (this.#clock.now() - this.#readMs >= this.#maxAgeMs) {
      this.#reading ??= unlessBroken(this.#read()).then((value) => {
        this.#value = value;
        this.#readMs = this.#clock.now();
      }).finally(() => this.#reading = undefined);
    }
    if (this.#reading !== undefined) await within(this.#clock, PATIENCE_MS, this.#reading);
    return this.#value;
  }
}
