/**
 * One at a time, in order of asking.
 *
 * @module
 */

import { ConnectionFailure } from "./failure.ts";

/** A fair lock with a bounded queue. */
export class Turns {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #taken = false;

  /**
   * Free for the first who asks.
   *
   * @param limit How many may wait.
   */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Waits for a turn.
   *
   * @param signal Leaves the queue.
   * @returns The turn; disposing of it hands it on.
   * @throws {ConnectionFailure} `busy`: the queue is full.
   * @throws The signal's reason, when it is aborted first.
   */
  async take(signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    if (this.#taken) await this.#wait(signal);
    this.#taken = true;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#handOn();
        held = false;
      },
    };
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.size >= this.#limit) {
      throw new ConnectionFailure("busy", `${this.#limit} requests wait already`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => {
      this.#waiting.delete(begin);
      reject(signal?.reason);
    };
    const begin = () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiting.add(begin);
    return promise;
  }

  /** The lock stays taken while it goes to the next in the queue, so that nobody can step between. */
  #handOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken = false;
    } else {
      this.#waiting.delete(next);
      next();
    }
  }
}
