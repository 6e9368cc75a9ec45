/**
 * Bytes of a stream by their number instead of by chunks.
 *
 * @module
 */

/** Takes bytes from a stream; nothing is read ahead but the rest of a chunk. */
export class ByteSource implements AsyncDisposable {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  /**
   * Opens a stream; nothing is read yet.
   *
   * @param stream The stream; its chunks may be kept for a while.
   */
  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /**
   * Takes what is there, up to a number of bytes.
   *
   * @param mostBytes The most bytes to take, above 0.
   * @returns At least one byte; `undefined` at the end of the stream.
   */
  async some(mostBytes: number): Promise<Uint8Array | undefined> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#chunk = next.value;
    }
    const part = this.#chunk.subarray(0, mostBytes);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  /**
   * Takes a number of bytes.
   *
   * @param count The number.
   * @returns The bytes; fewer where the stream ends before.
   */
  async exactly(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const part = await this.some(count - filled);
      if (part === undefined) return bytes.subarray(0, filled);
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  /** Gives the stream up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.();
  }
}
