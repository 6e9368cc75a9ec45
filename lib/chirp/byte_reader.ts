/**
 * Lines and counted data out of a stream of bytes.
 *
 * @module
 */

const LINE_FEED = 0x0a;
const BUFFER_BYTES = 64 * 1024;

/** Where a reader gets its bytes: fills a part of `target`, says how much, 0 at the end. */
export type ByteSource = (target: Uint8Array) => Promise<number>;

/** A reader with a buffer of 64 KiB; large reads go around the buffer. */
export class ByteReader {
  readonly #source: ByteSource;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #start = 0;
  #end = 0;

  /**
   * Reads nothing before it is asked to.
   *
   * @param source Where the bytes come from.
   */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * Reads up to a line feed.
   *
   * @param limitBytes Longest line, without the line feed.
   * @returns The line without the line feed, valid until the next read; `undefined` where the stream
   * ends first.
   * @throws {RangeError} The line is longer than the limit.
   */
  async readLine(limitBytes: number): Promise<Uint8Array | undefined> {
    let searched = 0;
    for (;;) {
      const at = this.#buffer.subarray(0, this.#end).indexOf(LINE_FEED, this.#start + searched);
      const length = (at < 0 ? this.#end : at) - this.#start;
      if (length > limitBytes) throw new RangeError(`Cannot take a line over ${limitBytes} bytes`);
      if (at >= 0) {
        const line = this.#buffer.subarray(this.#start, at);
        this.#start = at + 1;
        return line;
      }
      searched = length;
      if (!(await this.#fill())) return undefined;
    }
  }

  /**
   * Reads what is there, at least one byte.
   *
   * @param target Where to put it; not empty.
   * @returns The number of bytes; 0 at the end of the stream.
   */
  read(target: Uint8Array): number | Promise<number> {
    const buffered = this.#end - this.#start;
    if (buffered === 0) return this.#source(target);
    const bytes = Math.min(buffered, target.length);
    target.set(this.#buffer.subarray(this.#start, this.#start + bytes));
    this.#start += bytes;
    return bytes;
  }

  /** Makes room and reads once into the buffer; false at the end of the stream. */
  async #fill(): Promise<boolean> {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const bytes = await this.#source(this.#buffer.subarray(this.#end));
    this.#end += bytes;
    return bytes > 0;
  }
}
