/**
 * A running hash of everything that happens in a world: two runs that differ anywhere end with different
 * hashes. Fast, not cryptographic.
 *
 * @module
 */

/** Scrambles 32 bits (mulberry32's output step). */
export function mix(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

/** Hashes a text on top of a seed (FNV-1a over its UTF-16 units, scrambled at the end). */
export function hashText(seed: number, text: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(hash >>> 0);
}

/** The hash of a stream of events, 64 bits in two halves. */
export class EventHash {
  #low = 0x9e3779b9;
  #high = 0x7f4a7c15;
  #events = 0;

  /** Events so far. */
  get events(): number {
    return this.#events;
  }

  /**
   * Takes an event in.
   *
   * @param atMs Virtual time.
   * @param words What happened.
   */
  add(atMs: number, ...words: readonly string[]): void {
    this.#events++;
    let low = Math.imul(this.#low ^ atMs, 0x01000193);
    let high = Math.imul(this.#high ^ (atMs / 2 ** 32), 0x85ebca6b);
    for (const word of words) {
      for (let index = 0; index < word.length; index++) {
        const unit = word.charCodeAt(index);
        low = Math.imul(low ^ unit, 0x01000193);
        high = Math.imul(high + unit, 0x85ebca6b) ^ (low >>> 16);
      }
      // Where a word ends counts: "ab", "c" is not "a", "bc".
      low = Math.imul(low ^ 0xff, 0x01000193);
    }
    this.#low = low;
    this.#high = mix((high ^ low) >>> 0);
  }

  /** The hash as sixteen hexadecimal digits. */
  get digest(): string {
    const hex = (half: number) => (mix(half >>> 0)).toString(16).padStart(8, "0");
    return hex(this.#high) + hex(this.#low ^ this.#events);
  }
}
