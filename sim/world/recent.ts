/**
 * A bounded memory that forgets in generations: dropping half of it at once costs nothing, while taking
 * single entries from the front of a large Map means passing over those taken before.
 *
 * @module
 */

/** The latest entries. */
export class Recent<Value> {
  readonly #generation: number;
  #young = new Map<string, Value>();
  #old: ReadonlyMap<string, Value> = new Map();

  /** @param least Entries that are remembered at least; twice as many at most. */
  constructor(least: number) {
    this.#generation = least;
  }

  /** The value of a key, as long as it is remembered. */
  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** Remembers a value. */
  set(key: string, value: Value): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#generation) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
