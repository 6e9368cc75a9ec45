/**
 * The stanzas that a case exchanged, kept for the report.
 *
 * @module
 */

/** One stanza; the fields are those of a trace. */
export interface TranscriptLine {
  /** Seconds since the case began. */
  readonly t: number;
  /** Session of the suite, such as `agent-1`. */
  readonly conn: string;
  /** Sent by the suite or received by it. */
  readonly dir: "c2s" | "s2c";
  readonly xml: string;
}

/** Stanzas of one case at most; further ones are counted only. */
const MOST_LINES = 120;
/** Characters of one stanza at most. */
const LONGEST_XML = 4000;

/** Keeps the stanzas of one case. */
export class Transcript {
  readonly lines: TranscriptLine[] = [];
  /** Stanzas beyond the limit. */
  dropped = 0;
  readonly #now: () => number;
  readonly #startMs: number;

  /** @param now Tells the time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
  }

  /** Adds a stanza. */
  add(conn: string, dir: TranscriptLine["dir"], xml: string): void {
    if (this.lines.length >= MOST_LINES) {
      this.dropped++;
      return;
    }
    const shortened = xml.length > LONGEST_XML
      ? `${xml.slice(0, LONGEST_XML)}… (${xml.length} characters)`
      : xml;
    this.lines.push({ t: (this.#now() - this.#startMs) / 1000, conn, dir, xml: shortened });
  }
}
