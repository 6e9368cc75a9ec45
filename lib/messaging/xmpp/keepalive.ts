/**
 * Finds out that a peer is gone although the connection says nothing: silence, then a ping, then more
 * silence.
 *
 * @module
 */
import type { Clock, Timer } from "../../clock.ts";

/** Options of {@linkcode Keepalive}. */
export interface KeepaliveOptions {
  /** Length of a silence in milliseconds after which to ping, and again after which to give up. */
  readonly intervalMs: number;
  /** The clock to wait on. */
  readonly clock: Clock;
  /** Asks the peer for a sign of life. */
  ping(): void;
  /** Told that none came. */
  dead(): void;
}

/** Watch over one connection; it runs from its making until {@linkcode stop}. */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  #timer: Timer;
  #silent = true;
  #pinged = false;

  /**
   * Begins the watch.
   *
   * @param options Interval, clock and what to do.
   */
  constructor(options: KeepaliveOptions) {
    this.#options = options;
    this.#timer = this.#arm();
  }

  /** Tells of a sign of life; cheap enough for every chunk that comes in. */
  heard(): void {
    this.#silent = false;
  }

  /** Ends the watch. */
  stop(): void {
    this.#timer.cancel();
  }

  #arm(): Timer {
    return this.#options.clock.after(this.#options.intervalMs, () => this.#look());
  }

  #look(): void {
    if (this.#silent && this.#pinged) {
      this.#options.dead();
      return;
    }
    this.#timer = this.#arm();
    this.#pinged = this.#silent;
    this.#silent = true;
    if (this.#pinged) this.#options.ping();
  }
}
