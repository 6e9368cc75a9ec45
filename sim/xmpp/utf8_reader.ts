/**
 * Turns chunks of bytes into text, whatever characters the chunks are split in.
 *
 * @module
 */

/** Shared by all: it keeps no state between calls, and one a connection would cost memory. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Number of bytes at the end of `bytes` that begin a character without completing it. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

/** Decodes a stream of UTF-8. */
export class Utf8Reader {
  #kept: Uint8Array | undefined;

  /**
   * Decodes the next chunk.
   *
   * @param chunk Bytes; not kept.
   * @returns The text of all characters that are complete.
   * @throws {TypeError} When the bytes are not UTF-8.
   */
  read(chunk: Uint8Array): string {
    let bytes = chunk;
    if (this.#kept !== undefined) {
      bytes = new Uint8Array(this.#kept.length + chunk.length);
      bytes.set(this.#kept);
      bytes.set(chunk, this.#kept.length);
      this.#kept = undefined;
    }
    const tail = incompleteTail(bytes);
    if (tail === 0) return decoder.decode(bytes);
    this.#kept = bytes.slice(bytes.length - tail);
    return decoder.decode(bytes.subarray(0, bytes.length - tail));
  }
}
