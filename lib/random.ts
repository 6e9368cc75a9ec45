/**
 * Chance as a seam: identifiers, nonces and jitter come from a {@linkcode Random}, never from the
 * system directly, so that a run can be repeated from its seed.
 *
 * @module
 */

/** Source of random bytes. */
export interface Random {
  /** Returns `length` random bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/**
 * Draws a number, evenly spread.
 *
 * @param random The source.
 * @returns A number in [0, 1).
 */
export function randomFraction(random: Random): number {
  return new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32;
}

/**
 * Draws a random (version 4) UUID, the form of job and message ids.
 *
 * @param random The source.
 * @returns The UUID in lower case.
 */
export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toHex();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${
    hex.slice(20)
  }`;
}

/**
 * Draws a text of hexadecimal digits, the form of the original's XMPP resources (32 digits).
 *
 * @param random The source.
 * @param digits Number of digits; even.
 * @returns The digits in lower case.
 */
export function randomHex(random: Random, digits: number): string {
  return random.bytes(digits / 2).toHex();
}

/** The machine's own source, fit for cryptography. */
export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/**
 * Makes a source that repeats itself for the same seed; not fit for cryptography.
 *
 * @param seed Any number; its low 32 bits count.
 * @returns The source.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32: 32 bits of state, passes common statistical tests, one multiplication a step.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let index = 0; index < length; index += 4) {
        const word = next();
        for (let byte = 0; byte < 4 && index + byte < length; byte++) {
          bytes[index + byte] = word >>> (8 * byte);
        }
      }
      return bytes;
    },
  };
}
