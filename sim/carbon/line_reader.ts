/**
 * Cuts a stream of bytes into lines.
 *
 * @module
 */

/** Longest line in bytes that carbon takes. */
export const LONGEST_LINE_BYTES = 16_384;

/** What a sender did that ends its connection. */
export class LineError extends Error {
  override readonly name = "LineError";
}

const LINE_FEED = 10;

/** Joins chunks and hands out whole lines; what lies after the last line feed waits for the next chunk. */
export class LineReader {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #rest = new Uint8Array(0);

  /**
   * Takes a chunk.
   *
   * @param chunk The bytes; not kept.
   * @param onLine Called with each line, without its line feed.
   * @throws {LineError} When a line is too long or not UTF-8; the lines before it have been handed out.
   */
  push(chunk: Uint8Array, onLine: (line: string) => void): void {
    const bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
    const end = bytes.lastIndexOf(LINE_FEED);
    this.#rest = bytes.slice(end + 1);
    if (end >= 0) this.#handOut(bytes.subarray(0, end), onLine);
    if (this.#rest.length > LONGEST_LINE_BYTES) throw tooLong();
  }

  #handOut(lines: Uint8Array, onLine: (line: string) => void): void {
    const text = this.#decode(lines);
    if (text !== undefined) {
      for (const line of text.split("\n")) {
        if (line.length > LONGEST_LINE_BYTES) throw tooLong();
        onLine(line);
      }
      return;
    }
    for (let start = 0; start <= lines.length;) {
      const feed = lines.indexOf(LINE_FEED, start);
      const end = feed < 0 ? lines.length : feed;
      const line = this.#decode(lines.subarray(start, end));
      if (line === undefined) throw new LineError("Line that is not UTF-8");
      onLine(line);
      start = end + 1;
    }
  }

  #decode(bytes: Uint8Array): string | undefined {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return undefined;
    }
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function tooLong(): LineError {
  return new LineError(`Line of more than ${LONGEST_LINE_BYTES} bytes`);
}
