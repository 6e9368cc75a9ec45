/**
 * What goes wrong between a site and the services of its grid, on demand.
 *
 * @module
 */

/**
 * Kinds of faults:
 * - `away`: nobody answers, nothing happens;
 * - `refused`: the service answers 503, nothing happens;
 * - `lost`: it happens, but the answer does not arrive;
 * - `silent`: nothing happens, and no answer comes until the caller gives up.
 */
export type HttpFault = "away" | "refused" | "lost" | "silent";

/** A fault that waits for its request. */
interface Planned {
  readonly fault: HttpFault;
  readonly when: (request: Request) => boolean;
  timesLeft: number;
}

/** Planned faults of one service. */
export class HttpFaults {
  readonly #planned: Planned[] = [];

  /**
   * Plans a fault.
   *
   * @param fault Its kind.
   * @param when Which requests it meets. Default: any.
   * @param times How many of them; `Infinity` until {@linkcode HttpFaults.end}. Default: 1.
   */
  plan(fault: HttpFault, when: (request: Request) => boolean = () => true, times = 1): void {
    this.#planned.push({ fault, when, timesLeft: times });
  }

  /** Forgets all that was planned. */
  end(): void {
    this.#planned.length = 0;
  }

  /** The fault that meets a request, if any. */
  meet(request: Request): HttpFault | undefined {
    const met = this.#planned.find(({ timesLeft, when }) => timesLeft > 0 && when(request));
    if (met !== undefined) met.timesLeft--;
    return met?.fault;
  }
}
