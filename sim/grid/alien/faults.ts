/**
 * What goes wrong at AliEn's services, on demand.
 *
 * @module
 */

/**
 * How a call fails:
 * - `refused`: with the error of a service that is busy, before it has any effect;
 * - `denied`: for good, before it has any effect;
 * - `lost`: its effect is there, its answer is not;
 * - `broken`: the connection ends before it has any effect;
 * - `slow`: it takes longer.
 */
export type FaultKind = "refused" | "denied" | "lost" | "broken" | "slow";

/** One way to fail. */
export interface Fault {
  /** What fails: a command such as `commit`; `PUT`, `GET` at storage elements; `take`, `status`. */
  readonly at: string;
  /** How. */
  readonly kind: FaultKind;
  /** How often. Default: once. */
  readonly times?: number | undefined;
  /** Extra time of a slow one. Default: 1,000 ms. */
  readonly delayMs?: number | undefined;
}

/** Faults that are still to come. */
export class Faults {
  readonly #coming: { fault: Fault; left: number }[] = [];

  /** Plans a fault; those of the same call come in the order in which they were planned. */
  plan(fault: Fault): void {
    this.#coming.push({ fault, left: fault.times ?? 1 });
  }

  /** Forgets what was planned and has not come. */
  clear(): void {
    this.#coming.length = 0;
  }

  /** Number of calls that will still fail. */
  get coming(): number {
    return this.#coming.reduce((sum, { left }) => sum + left, 0);
  }

  /** The fault that strikes a call now. */
  strike(at: string): Fault | undefined {
    const index = this.#coming.findIndex(({ fault }) => fault.at === at);
    const coming = this.#coming[index];
    if (coming === undefined) return undefined;
    if (--coming.left === 0) this.#coming.splice(index, 1);
    return coming.fault;
  }
}
