/**
 * Lines that were written to a Carbon and may have to be written again.
 *
 * @module
 */

/** Lines of one write. */
interface Writing {
  readonly atMs: number;
  readonly lines: readonly string[];
}

/**
 * Remembers lines until the server has read them and had time to store them, oldest first.
 */
export class WrittenLines {
  readonly #storedMs: number;
  /** Written, and nothing is known of them. */
  #open: Writing[] = [];
  #openLines = 0;
  /** Read by the server, which may hold them in memory yet. */
  #read: Writing[] = [];

  /**
   * Makes it without a line.
   *
   * @param storedMs Time after which a server that has read a line has stored it.
   */
  constructor(storedMs: number) {
    this.#storedMs = storedMs;
  }

  /** Number of lines of which nothing is known. */
  get open(): number {
    return this.#openLines;
  }

  /** When the oldest of those was written; `undefined` where there is none. */
  get openSinceMs(): number | undefined {
    return this.#open[0]?.atMs;
  }

  /** Adds lines that are being written. */
  add(lines: readonly string[], atMs: number): void {
    this.#open.push({ atMs, lines });
    this.#openLines += lines.length;
  }

  /** The server has read everything so far. */
  confirm(nowMs: number): void {
    this.#read = this.#recent(nowMs).concat(this.#open);
    this.#open = [];
    this.#openLines = 0;
  }

  /**
   * Takes out what the server may have lost when the connection broke.
   *
   * @param nowMs The time.
   * @returns The lines, oldest first.
   */
  takeBack(nowMs: number): string[] {
    const lines = this.#recent(nowMs).concat(this.#open).flatMap((writing) => writing.lines);
    this.#read = [];
    this.#open = [];
    this.#openLines = 0;
    return lines;
  }

  #recent(nowMs: number): Writing[] {
    return this.#read.filter(({ atMs }) => atMs >= nowMs - this.#storedMs);
  }
}
