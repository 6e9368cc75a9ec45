/**
 * Bounds what senders can make a component do: answer errors, fill its log. The original answers every
 * message, an error and a message that came back among them, and two of its components can keep
 * answering each other for ever.
 *
 * @module
 */

/** Options of {@linkcode SenderLimit}. */
export interface SenderLimitOptions {
  /** Time in milliseconds for which the occasions of a sender are counted. Default: 60,000. */
  readonly pauseMs?: number | undefined;
  /** Occasions that a sender has in that time at most. Default: 1. */
  readonly burst?: number | undefined;
  /** Senders that are remembered at most; while there are more, they have none. Default: 10,000. */
  readonly senderLimit?: number | undefined;
}

/** What is known of a sender. */
interface Known {
  /** Time of the first occasion that counts. */
  readonly sinceMs: number;
  count: number;
}

/** Says when a sender may be answered, or warned of. */
export class SenderLimit {
  readonly #pauseMs: number;
  readonly #burst: number;
  readonly #senderLimit: number;
  /** By sender, the oldest first. */
  readonly #known = new Map<string, Known>();

  /**
   * Begins with nobody known.
   *
   * @param options See {@linkcode SenderLimitOptions}.
   */
  constructor(options: SenderLimitOptions = {}) {
    this.#pauseMs = options.pauseMs ?? 60_000;
    this.#burst = options.burst ?? 1;
    this.#senderLimit = options.senderLimit ?? 10_000;
  }

  /**
   * Asks for leave, which counts as an occasion where it is given.
   *
   * @param sender The account: its sessions count as one.
   * @param nowMs Current time in milliseconds.
   * @returns True where something may be done for it now.
   */
  take(sender: string, nowMs: number): boolean {
    for (const [oldest, { sinceMs }] of this.#known) {
      if (nowMs - sinceMs < this.#pauseMs) break;
      this.#known.delete(oldest);
    }
    const known = this.#known.get(sender);
    if (known !== undefined) return ++known.count <= this.#burst;
    if (this.#known.size >= this.#senderLimit) return false;
    this.#known.set(sender, { sinceMs: nowMs, count: 1 });
    return true;
  }
}
