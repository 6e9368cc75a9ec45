/**
 * Reading traces: streaming, within limits.
 *
 * @module
 */
import { parseTraceLine, TraceFormatError, type TraceRecord } from "./format.ts";

/** What a reader accepts at most. */
export interface TraceLimits {
  /** Bytes of one line. Default: 8 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** Lines of the whole trace. Default: 1,000,000. */
  readonly maxLines?: number | undefined;
  /** Bytes of the whole trace. Default: no bound, for whoever keeps no lines. */
  readonly maxBytes?: number | undefined;
}

const MAX_LINE_BYTES = 8 << 20;
const MAX_LINES = 1_000_000;
const NEWLINE = 10;

/** Cuts bytes into lines of text, within limits. */
class LineCutter {
  readonly #maxLineBytes: number;
  readonly #maxLines: number;
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #begun: Uint8Array[] = [];
  #begunBytes = 0;
  #line = 0;
  #bytes = 0;

  constructor(limits: TraceLimits) {
    this.#maxLineBytes = limits.maxLineBytes ?? MAX_LINE_BYTES;
    this.#maxLines = limits.maxLines ?? MAX_LINES;
    this.#maxBytes = limits.maxBytes ?? Infinity;
  }

  *push(chunk: Uint8Array): Generator<TraceRecord> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end));
      yield this.#finish();
      start = end + 1;
    }
    // What goes on in the next chunk is copied: readers may use a chunk's memory again.
    if (start < chunk.length) this.#add(chunk.slice(start));
  }

  *end(): Generator<TraceRecord> {
    if (this.#begunBytes > 0) yield this.#finish();
  }

  #add(part: Uint8Array): void {
    this.#begun.push(part);
    this.#begunBytes += part.length;
    this.#bytes += part.length;
    if (this.#begunBytes > this.#maxLineBytes) {
      throw new TraceFormatError(this.#line + 1, `more than ${this.#maxLineBytes} bytes`);
    }
    if (this.#bytes > this.#maxBytes) {
      throw new TraceFormatError(this.#line + 1, `the trace has more than ${this.#maxBytes} bytes`);
    }
  }

  #finish(): TraceRecord {
    const parts = this.#begun;
    this.#begun = [];
    this.#begunBytes = 0;
    const line = ++this.#line;
    if (line > this.#maxLines) throw new TraceFormatError(line, `more than ${line - 1} lines`);
    let text = "";
    try {
      for (const part of parts) text += this.#decoder.decode(part, { stream: true });
      text += this.#decoder.decode();
    } catch {
      throw new TraceFormatError(line, "no UTF-8");
    }
    return parseTraceLine(text, line);
  }
}

/**
 * Reads a trace as it comes, line by line; only one line is held at a time.
 *
 * @param source The bytes, such as `file.readable`.
 * @param limits What is accepted at most.
 * @returns The records, in order.
 * @throws {TraceFormatError} When a line is no line of a trace, or passes a limit.
 */
export async function* readTrace(
  source: AsyncIterable<Uint8Array>,
  limits: TraceLimits = {},
): AsyncGenerator<TraceRecord> {
  const cutter = new LineCutter(limits);
  for await (const chunk of source) yield* cutter.push(chunk);
  yield* cutter.end();
}

/**
 * Reads a trace that is in memory.
 *
 * @example
 * ```ts
 * import { formatTraceLine } from "./format.ts";
 * import { parseTrace } from "./read.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = formatTraceLine({ t: 0.5, conn: "agent", dir: "c2s", xml: "<presence/>" });
 * assertEquals(parseTrace(text).map(({ line, conn }) => [line, conn]), [[1, "agent"]]);
 * ```
 *
 * @param text The trace.
 * @param limits What is accepted at most.
 * @returns The records, in order.
 * @throws {TraceFormatError} As {@linkcode readTrace}.
 */
export function parseTrace(text: string, limits: TraceLimits = {}): TraceRecord[] {
  const cutter = new LineCutter(limits);
  return [...cutter.push(new TextEncoder().encode(text)), ...cutter.end()];
}
