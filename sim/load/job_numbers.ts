/**
 * A set of jobs by their numbers, a bit each: a million jobs take 125 kB.
 *
 * @module
 */

/** Jobs that a set can hold at most. */
export const MOST_JOBS = 100_000_000;

/** A set of numbers from 0. */
export class JobNumbers {
  #bits = new Uint8Array(1024);
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Puts a number in.
   *
   * @returns True where it was not there before.
   * @throws {RangeError} When it is none, or too large.
   */
  add(number: number): boolean {
    if (!Number.isInteger(number) || number < 0 || number >= MOST_JOBS) {
      throw new RangeError(`Cannot count job number ${number}`);
    }
    const index = number >> 3;
    if (index >= this.#bits.length) this.#grow(index);
    const mask = 1 << (number & 7);
    const bits = this.#bits[index] ?? 0;
    if ((bits & mask) !== 0) return false;
    this.#bits[index] = bits | mask;
    this.#size++;
    return true;
  }

  /** Writes the set as text, to be read by {@linkcode merge}. */
  encode(): string {
    return this.#bits.toBase64();
  }

  /**
   * Takes in a set written by {@linkcode encode}.
   *
   * @returns How many of its numbers were there before.
   */
  merge(text: string): number {
    const bits = Uint8Array.fromBase64(text);
    let repeated = 0;
    for (const [index, byte] of bits.entries()) {
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit++) {
        if ((byte & (1 << bit)) !== 0 && !this.add(index * 8 + bit)) repeated++;
      }
    }
    return repeated;
  }

  #grow(index: number): void {
    const bits = new Uint8Array(Math.max(index + 1, 2 * this.#bits.length));
    bits.set(this.#bits);
    this.#bits = bits;
  }
}
