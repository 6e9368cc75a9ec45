/**
 * Cutting one direction of an XMPP connection into the pieces that a trace holds.
 *
 * @module
 */
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { XmlStreamParser } from "../../../lib/protocol/xml_parser.ts";

/** A piece of a stream. */
export interface Piece {
  /** The text as it came, blanks before it included. Joined, all pieces are what came. */
  readonly text: string;
  /** What it is: a stream's start or end, a child of the stream, or blanks that keep the connection alive. */
  readonly kind: "start" | "element" | "end" | "blank";
  /** The start's root or the child; `undefined` for the others. */
  readonly element: XmlElement | undefined;
}

const NEW_STREAM = /^\s*<(?:\?xml|stream:stream|open)[\s>]/;

/**
 * Cuts text into pieces. It feeds the parser up to each `>`: there, and nowhere else, a piece can end.
 */
export class PieceCutter {
  readonly #parser: XmlStreamParser;
  readonly #maxBytes: number;
  /** What the parser has read since the last piece. */
  #read = "";
  /** What waits for a `>`. */
  #waiting = "";
  #found: Omit<Piece, "text"> | undefined;
  #open = false;

  /** @param maxBytes Bytes of a piece at most. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#parser = new XmlStreamParser({
      onStart: (element) => {
        this.#open = true;
        this.#found = { kind: "start", element };
      },
      onElement: (element) => this.#found = { kind: "element", element },
      onEnd: () => this.#found = { kind: "end", element: undefined },
      limits: { maxStanzaBytes: maxBytes },
    });
  }

  /** What came and is no whole piece yet. */
  get rest(): string {
    return this.#read + this.#waiting;
  }

  /**
   * Cuts on.
   *
   * @param text What came.
   * @returns The pieces that are whole now.
   * @throws {XmlError} When this is no XMPP; {@linkcode rest} is then what was not given out.
   */
  *push(text: string): Generator<Piece> {
    let from = this.#waiting.length;
    this.#waiting += text;
    for (;;) {
      const end = this.#waiting.indexOf(">", from);
      if (end < 0) break;
      const part = this.#waiting.slice(0, end + 1);
      this.#waiting = this.#waiting.slice(end + 1);
      from = 0;
      const piece = this.#feed(part);
      if (piece !== undefined) yield piece;
    }
    if (this.#waiting.length > this.#maxBytes) this.#parser.write(this.#waiting);
    if (this.#read === "" && this.#waiting !== "" && this.#waiting.trim() === "") {
      const blank = this.#waiting;
      this.#waiting = "";
      yield { text: blank, kind: "blank", element: undefined };
    }
  }

  #feed(part: string): Piece | undefined {
    // After a login, a new stream begins within the old one.
    if (this.#open && this.#read === "" && NEW_STREAM.test(part)) this.#parser.restart();
    this.#read += part;
    this.#found = undefined;
    this.#parser.write(part);
    const found: Omit<Piece, "text"> | undefined = this.#found;
    if (found === undefined) return undefined;
    const text = this.#read;
    this.#read = "";
    return { ...(found as Omit<Piece, "text">), text };
  }
}
