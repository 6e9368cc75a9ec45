/**
 * Counters and durations between two flushes.
 *
 * @module
 */
import type { Sample } from "../../lib/metrics/sample.ts";
import { Durations } from "./durations.ts";

/** Collects events by series. */
export class EventStatistics {
  readonly #limit: number;
  #counters = new Map<string, number>();
  #durations = new Map<string, Durations>();

  /** @param limit Series at most between two flushes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts an event. Returns false where there are too many series. */
  count(path: string): boolean {
    const count = this.#counters.get(path);
    if (count === undefined && this.#isFull()) return false;
    this.#counters.set(path, (count ?? 0) + 1);
    return true;
  }

  /** Adds a duration in minutes. Returns false where there are too many series. */
  add(path: string, minutes: number): boolean {
    let durations = this.#durations.get(path);
    if (durations === undefined) {
      if (this.#isFull()) return false;
      durations = new Durations();
      this.#durations.set(path, durations);
    }
    durations.add(minutes);
    return true;
  }

  /**
   * Takes out all there is, and begins anew.
   *
   * @param timeSeconds Time of the samples.
   * @returns A sample for each counter, five for each kind of duration, and `copilot.monitor.updates`:
   * the number of both.
   */
  flush(timeSeconds: number): Sample[] {
    const samples: Sample[] = [];
    for (const [path, value] of this.#counters) samples.push({ path, value, timeSeconds });
    for (const [path, durations] of this.#durations) {
      for (const [name, value] of Object.entries(durations.summary())) {
        samples.push({ path: `${path}.${name}`, value, timeSeconds });
      }
    }
    const value = this.#counters.size + this.#durations.size;
    samples.push({ path: "copilot.monitor.updates", value, timeSeconds });
    this.#counters = new Map();
    this.#durations = new Map();
    return samples;
  }

  #isFull(): boolean {
    return this.#counters.size + this.#durations.size >= this.#limit;
  }
}
