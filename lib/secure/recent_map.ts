/**
 * A bounded memory that forgets what was used least recently.
 *
 * @module
 */

/** A map of at most so many entries. */
export class RecentMap<Value> {
  readonly #limit: number;
  /** The least recently used first: a Map keeps the order of insertion. */
  readonly #entries = new Map<string, Value>();

  /**
   * Begins empty.
   *
   * @param limit Entries at most.
   */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Entries held now. */
  get size(): number {
    return this.#entries.size;
  }

  /** Looks up an entry, which is a use of it. */
  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Sets an entry; where there are too many, the least recently used is forgotten. */
  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }
}
