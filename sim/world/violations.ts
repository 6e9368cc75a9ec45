/**
 * Where broken invariants are reported.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Violation } from "./options.ts";

/** Violations that are kept at most: the first one counts, the others follow from it. */
const MOST_KEPT = 20;

/** The invariants that did not hold. */
export class Violations {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #found: Violation[] = [];

  /** @param clock True time, now the world's beginning. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  /** What was found, in order. */
  get found(): readonly Violation[] {
    return this.#found;
  }

  /**
   * Reports what does not hold.
   *
   * @param invariant Its name, see {@linkcode Violation}.
   * @param detail What was seen.
   */
  report(invariant: string, detail: string): void {
    if (this.#found.length >= MOST_KEPT) return;
    this.#found.push({ invariant, detail, atMs: this.#clock.now() - this.#startMs });
  }

  /** Reports an invariant unless it holds; the detail is put into words only then. */
  check(holds: boolean, invariant: string, detail: () => string): void {
    if (!holds) this.report(invariant, detail());
  }
}
