/**
 * Which numbers of a sequence have come: each is taken once, in any order within a window that moves
 * with the highest (RFC 6479's method).
 *
 * @module
 */

const WORD_BITS = 32;
/** How far behind the highest number one may still come. */
export const REPLAY_WINDOW = 1024;
/** One word more than the window, so that moving on clears whole words only. */
const WORDS = REPLAY_WINDOW / WORD_BITS + 1;

/** A window over the numbers from 0 to 2^32 - 1. */
export class ReplayWindow {
  readonly #seen = new Uint32Array(WORDS);
  #highest = -1;

  /**
   * Takes a number.
   *
   * @param sequence The number.
   * @returns True where it had not come before; false where it had, or is too old to say.
   */
  take(sequence: number): boolean {
    if (sequence <= this.#highest - REPLAY_WINDOW) return false;
    if (sequence > this.#highest) this.#moveTo(sequence);
    const word = wordOf(sequence);
    const bit = 1 << (sequence % WORD_BITS);
    const seen = this.#seen[word] ?? 0;
    if ((seen & bit) !== 0) return false;
    this.#seen[word] = seen | bit;
    return true;
  }

  #moveTo(sequence: number): void {
    const from = Math.floor(this.#highest / WORD_BITS);
    const to = Math.floor(sequence / WORD_BITS);
    const steps = Math.min(to - from, WORDS);
    for (let step = 0; step < steps; step++) this.#seen[(to - step) % WORDS] = 0;
    this.#highest = sequence;
  }
}

function wordOf(sequence: number): number {
  return Math.floor(sequence / WORD_BITS) % WORDS;
}
