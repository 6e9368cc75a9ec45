/**
 * Counters and durations between two flushes.
 *
 * @module
 */
import type { Sample } from "../../lib/metrics/sample.ts";
import { Durations } from "./durations.ts";

/** Collects events by series. */
export class EventStatistics {
  #counters = new Map<string, number>();
  #durations = new Map<string, Durations>();

  /** Counts an event. */
  count(path: string): void {
    this.#counters.set(path, (this.#counters.get(path) ?? 0) + 1);
  }

  /** Adds a duration in minutes. */
  add(path: string, minutes: number): void {
    let durations = this.#durations.get(path);
    if (durations === undefined) {
      durations = new Durations();
      this.#durations.set(path, durations);
    }
    durations.add(minutes);
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
}
