/**
 * The checksums by which Rucio knows files, over a stream.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Size and checksums of a file. */
export interface FileFacts {
  /** Size in bytes. */
  readonly sizeBytes: number;
  /** Adler-32 (RFC 1950) in eight hexadecimal digits. */
  readonly adler32: string;
  /** MD5 in 32 hexadecimal digits. */
  readonly md5: string;
}

/** Modulus of Adler-32. */
const MODULUS = 65_521;
/** Most bytes that can be added before the sums leave 32 bits. */
const BYTES_PER_STEP = 5552;

/** Adler-32 of bytes that come in parts. */
class Adler32 {
  #low = 1;
  #high = 0;

  /** Adds a part. */
  add(bytes: Uint8Array): void {
    let [low, high] = [this.#low, this.#high];
    for (let from = 0; from < bytes.length; from += BYTES_PER_STEP) {
      for (const byte of bytes.subarray(from, from + BYTES_PER_STEP)) {
        low += byte;
        high += low;
      }
      low %= MODULUS;
      high %= MODULUS;
    }
    [this.#low, this.#high] = [low, high];
  }

  /** The sum so far. */
  get hex(): string {
    return (this.#high * 65_536 + this.#low).toString(16).padStart(8, "0");
  }
}

/** True where somebody's word for an Adler-32 is this one: not all write capital letters, or leading zeros. */
export function isAdler32(told: string, { adler32 }: Pick<FileFacts, "adler32">): boolean {
  return told.padStart(8, "0").toLowerCase() === adler32;
}

/**
 * Reads a stream to its end.
 *
 * @param parts The bytes.
 * @returns What they are.
 */
export async function factsOf(parts: AsyncIterable<Uint8Array>): Promise<FileFacts> {
  const adler32 = new Adler32();
  const md5 = createHash("md5");
  let sizeBytes = 0;
  for await (const part of parts) {
    sizeBytes += part.length;
    adler32.add(part);
    md5.update(part);
  }
  return { sizeBytes, adler32: adler32.hex, md5: md5.digest("hex") };
}
