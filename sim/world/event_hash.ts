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
   * @param text What happened.
   */
  add(atMs: number, text: string): void {
    this.#events++;
    this.#mixTime(atMs);
    this.#mix(hashText(0, text));
  }

  /**
   * Takes in that something passed between two parties.
   *
   * @param atMs Virtual time.
   * @param from Who sent it.
   * @param to Who gets it.
   * @param what Its kind.
   * @param id Its own name.
   */
  addPassing(atMs: number, from: string, to: string, what: string, id: string): void {
    this.#events++;
    this.#mixTime(atMs);
    this.#mix(hashText(0, from));
    this.#mix(hashText(0, to));
    this.#mix(hashText(0, what));
    this.#mix(hashText(0, id));
  }

  /** The hash as sixteen hexadecimal digits. */
  get digest(): string {
    const hex = (half: number) => (mix(half >>> 0)).toString(16).padStart(8, "0");
    return hex(this.#high) + hex(this.#low ^ this.#events);
  }

  #mixTime(atMs: number): void {
    this.#mix(atMs | 0);
    this.#mix(atMs / 2 ** 32 | 0);
  }

  /** Takes 32 bits in; their order counts. */
  #mix(word: number): void {
    this.#low = Math.imul(this.#low ^ word, 0x01000193);
    this.#high = Math.imul((this.#high ^ (this.#low >>> 15)) + word, 0x85ebca6b);
    this.#high ^= this.#high >>> 13;
  }
}
