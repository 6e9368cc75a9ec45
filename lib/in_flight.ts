/**
 * What is under way, so that whoever closes can wait for it.
 *
 * @module
 */

/** Actions that are under way. Once closed, it begins no more. */
export class InFlight {
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;

  /** Whether it begins no more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Begins an action.
   *
   * @param action What is done.
   * @returns What it gives.
   * @throws {Error} When this has been closed.
   */
  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error("Cannot begin: it is being closed");
    const running = action();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Begins no more; resolves when all that was under way has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
  }
}
