/**
 * The suite in the place of Carbon: keeps the lines that a monitor sends.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { RuleBroken } from "./verdict.ts";

/** A line as Carbon's plaintext protocol has it. */
export interface CarbonLine {
  readonly path: string;
  readonly value: number;
  /** Time that it bears, as it was written. */
  readonly time: string;
  /** When it came. */
  readonly atMs: number;
  /** All of it, without its end. */
  readonly text: string;
}

/** Lines that are kept at most, the newest. */
const MOST_LINES = 100_000;
/** Time between two looks. */
const LOOK_MS = 100;

/** Hears lines. */
export class CarbonEar {
  readonly #clock: Clock;
  #lines: CarbonLine[] = [];

  /** @param clock Clock of the waits. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** All lines so far, oldest first. */
  get lines(): readonly CarbonLine[] {
    return this.#lines;
  }

  /** Takes a line in. */
  take(text: string): void {
    const [path = "", value = "", time = ""] = text.split(" ");
    this.#lines.push({ path, value: Number(value), time, atMs: this.#clock.now(), text });
    if (this.#lines.length > 2 * MOST_LINES) this.#lines = this.#lines.slice(-MOST_LINES);
  }

  /** The lines of a series. */
  of(path: string): CarbonLine[] {
    return this.#lines.filter((line) => line.path === path);
  }

  /**
   * Waits until lines of a series are as they should be.
   *
   * @param path Name of the series.
   * @param withinMs How long.
   * @param isEnough What they should be. Default: there is one.
   * @returns Its lines.
   * @throws {RuleBroken} When they are not so in time.
   */
  async hear(
    path: string,
    withinMs: number,
    isEnough: (lines: readonly CarbonLine[]) => boolean = (lines) => lines.length > 0,
  ): Promise<CarbonLine[]> {
    const endMs = this.#clock.now() + withinMs;
    for (;;) {
      const lines = this.of(path);
      if (isEnough(lines)) return lines;
      if (this.#clock.now() >= endMs) {
        const came = lines.slice(-3).map(({ text }) => JSON.stringify(text)).join(", ");
        const so = came === "" ? "no line of it came" : `what came: ${came}`;
        throw new RuleBroken(
          `Carbon did not get ${path} as it should in ${withinMs / 1000} s; ${so}`,
        );
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#clock.after(LOOK_MS, resolve);
      await promise;
    }
  }
}
