/**
 * Faults put in on purpose, to see how clients take them. All chances come from the server's Random and
 * all waits from its Clock, so a run can be repeated.
 *
 * @module
 */

import { type Clock, sleep } from "../../lib/clock.ts";
import { type Random, randomFraction } from "../../lib/random.ts";

/** What goes wrong; by default nothing does. */
export interface ChirpFaults {
  /** Share of new connections that are closed at once, 0 to 1; default 0. */
  readonly refusedShare?: number | undefined;
  /** Share of file transfers that break off with their connection, 0 to 1; default 0. */
  readonly brokenShare?: number | undefined;
  /** Bytes that a transfer moves before it breaks off; default 0. */
  readonly brokenAfterBytes?: number | undefined;
  /** Most bytes per second that one transfer moves; default no bound. */
  readonly bytesPerSecond?: number | undefined;
  /** Wait before each request is looked at, in milliseconds; default 0. */
  readonly delayMs?: number | undefined;
  /** Answers -6 (no space) to whatever would make a file grow; default false. */
  readonly diskFull?: boolean | undefined;
}

/** Times a second that a slowed transfer moves a piece. */
const PIECES_PER_SECOND = 4;

/** Draws the faults as they come due. */
export class FaultPlan {
  /** The faults in force; they may be replaced while the server runs. */
  faults: ChirpFaults;

  /**
   * @param faults The faults to begin with.
   * @param clock Waits.
   * @param random Draws.
   */
  constructor(faults: ChirpFaults, readonly clock: Clock, private readonly random: Random) {
    this.faults = faults;
  }

  /**
   * Decides about a new connection.
   *
   * @returns Whether to close it at once.
   */
  refusesConnection(): boolean {
    return this.#happens(this.faults.refusedShare);
  }

  /**
   * Decides about a transfer.
   *
   * @returns Bytes after which it must break off; `Infinity` where it may end well.
   */
  breakingPoint(): number {
    return this.#happens(this.faults.brokenShare) ? this.faults.brokenAfterBytes ?? 0 : Infinity;
  }

  /** True while transfers are slowed down. */
  get slows(): boolean {
    return this.faults.bytesPerSecond !== undefined;
  }

  /**
   * Bounds one piece of a transfer.
   *
   * @param wantedBytes What would be moved at once without faults.
   * @returns What may be moved at once, at least 1.
   */
  pieceBytes(wantedBytes: number): number {
    const { bytesPerSecond } = this.faults;
    if (bytesPerSecond === undefined) return wantedBytes;
    return Math.max(1, Math.min(wantedBytes, Math.floor(bytesPerSecond / PIECES_PER_SECOND)));
  }

  /**
   * Waits as long as a piece of a slowed transfer takes.
   *
   * @param movedBytes Bytes of the piece.
   * @param signal Ends the wait; the promise then rejects with its reason.
   */
  async pace(movedBytes: number, signal: AbortSignal): Promise<void> {
    const { bytesPerSecond } = this.faults;
    if (bytesPerSecond !== undefined) {
      await sleep(this.clock, (1000 * movedBytes) / bytesPerSecond, { signal });
    }
  }

  /**
   * Waits before a request is looked at.
   *
   * @param signal Ends the wait; the promise then rejects with its reason.
   */
  async delay(signal: AbortSignal): Promise<void> {
    if (this.faults.delayMs !== undefined) await sleep(this.clock, this.faults.delayMs, { signal });
  }

  #happens(share = 0): boolean {
    return share > 0 && randomFraction(this.random) < share;
  }
}
