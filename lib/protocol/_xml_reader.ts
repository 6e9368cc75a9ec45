/**
 * The machine behind the parser: reads markup piece by piece and builds elements.
 *
 * @module
 */
import { CDATA, LONGEST_OPENER, Unfinished } from "./_xml_unfinished.ts";
import {
  excerpt,
  FORBIDDEN,
  malformed,
  readName,
  setAttribute,
  skipSpace,
  unescapeXml,
  utf8Length,
  XmlError,
} from "./_xml_text.ts";
import type { XmlElement } from "./xml.ts";

/** What a parser accepts at most. */
export interface XmlLimits {
  /** Bytes of UTF-8 of one stanza, or of a document's element; also what is buffered. Default: 1 MiB. */
  readonly maxStanzaBytes?: number | undefined;
  /** Elements inside one another, the stream's root included. Default: 64. */
  readonly maxDepth?: number | undefined;
  /** Attributes of one element. Default: 128. */
  readonly maxAttributes?: number | undefined;
  /** Characters of one name. Default: 256. */
  readonly maxNameLength?: number | undefined;
}

/** Who is told what a stream brings. A call may end or restart the parser. */
export interface XmlStreamHandler {
  /** The root's start tag was read; `root` has no children. */
  onStart(root: XmlElement): void;
  /** A child of the root is complete. */
  onElement(element: XmlElement): void;
  /** The root's end tag was read. */
  onEnd(): void;
}

interface OpenElement {
  readonly name: string;
  readonly attrs: Record<string, string>;
  readonly children: (XmlElement | string)[];
}

const MEBIBYTE = 1 << 20;
const DEFAULT_LIMITS = {
  maxStanzaBytes: MEBIBYTE,
  maxDepth: 64,
  maxAttributes: 128,
  maxNameLength: 256,
};

const BANG = 33;
const QUOTE = 34;
const APOSTROPHE = 39;
const SLASH = 47;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const QUESTION = 63;
const DECLARATION = /^<\?xml[\t\n\r ]+version[\t\n\r ]*=[^<>]*\?>$/;

/** The machine behind both ways to parse; `level` is the depth at which elements are given out. */
export class XmlReader {
  readonly #handler: XmlStreamHandler;
  readonly #level: number;
  readonly #limits: Required<{ readonly [K in keyof XmlLimits]: number }>;
  readonly #open: OpenElement[] = [];
  readonly #unfinished = new Unfinished();
  /** Bytes of the unit being read (a stanza, or a start tag of the root) that came in earlier writes. */
  #unitBytes = 0;
  /** Where the part of the unit that is not in `#unitBytes` begins in the text at hand. */
  #unitStart = 0;
  #state: "start" | "prolog" | "root" | "ended" | "stopped" = "start";
  #restarted = false;

  constructor(handler: XmlStreamHandler, level: number, limits: XmlLimits | undefined) {
    this.#handler = handler;
    this.#level = level;
    this.#limits = limits === undefined ? DEFAULT_LIMITS : {
      maxStanzaBytes: limits.maxStanzaBytes ?? DEFAULT_LIMITS.maxStanzaBytes,
      maxDepth: limits.maxDepth ?? DEFAULT_LIMITS.maxDepth,
      maxAttributes: limits.maxAttributes ?? DEFAULT_LIMITS.maxAttributes,
      maxNameLength: limits.maxNameLength ?? DEFAULT_LIMITS.maxNameLength,
    };
  }

  get complete(): boolean {
    return this.#state === "ended";
  }

  restart(): void {
    this.#state = "start";
    this.#open.length = 0;
    this.#restarted = true;
  }

  stop(): void {
    this.#state = "stopped";
    this.#open.length = 0;
    this.#unfinished.start("");
  }

  write(chunk: string): void {
    if (this.#state === "stopped" || chunk === "") return;
    try {
      this.#write(chunk);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  #write(chunk: string): void {
    if (FORBIDDEN.test(chunk)) throw malformed("control character");
    const kept = this.#unfinished.length;
    const text = kept === 0 ? chunk : this.#unfinished.add(chunk);
    if (text === undefined) {
      this.#count(chunk, 0, chunk.length);
      return;
    }
    this.#unitStart = kept;
    const done = this.#parse(text);
    if (this.#state === "stopped") return;
    this.#unfinished.start(done === text.length ? "" : text.slice(done));
    this.#count(text, this.#unitStart, text.length);
  }

  /** Adds to the size of the unit being read. */
  #count(text: string, start: number, end: number): void {
    if (start < end) this.#unitBytes += utf8Length(text, start, end);
    if (this.#unitBytes > this.#limits.maxStanzaBytes) this.#refuseSize();
  }

  #refuseSize(): never {
    throw new XmlError(
      "policy-violation",
      `Cannot parse XML: stanza of more than ${this.#limits.maxStanzaBytes} bytes`,
    );
  }

  /** Closes the unit being read at `end`, after checking its size. */
  #endUnit(text: string, end: number): void {
    // Counting is only worth its time where three bytes a character would be too much.
    const most = this.#unitBytes + 3 * (end - this.#unitStart);
    if (most > this.#limits.maxStanzaBytes) this.#count(text, this.#unitStart, end);
    this.#unitBytes = 0;
    this.#unitStart = end;
  }

  /** Reads all whole pieces of markup; returns the index of the first that is not. */
  #parse(text: string): number {
    let index = 0;
    while (index < text.length && this.#state !== "stopped") {
      const start = index;
      if (text.charCodeAt(index) !== LESS) index = this.#text(text, index);
      else {
        const next = text.charCodeAt(index + 1);
        if (next === SLASH) index = this.#endTag(text, index);
        else if (next === BANG) index = this.#cdata(text, index);
        else if (next === QUESTION) index = this.#declaration(text, index);
        else index = this.#startTag(text, index);
      }
      if (index < 0) return start;
      if (this.#restarted) {
        this.#restarted = false;
        this.#unitStart = index;
        this.#unitBytes = 0;
      }
    }
    return index;
  }

  #text(text: string, start: number): number {
    if (this.#open.length <= this.#level) {
      const end = skipSpace(text, start);
      if (end < text.length && text.charCodeAt(end) !== LESS) {
        throw malformed(`text outside of an element at ${excerpt(text, end)}`);
      }
      this.#endUnit(text, end);
      return end;
    }
    const end = text.indexOf("<", start);
    if (end < 0) return -1;
    const piece = text.slice(start, end);
    if (piece.indexOf("]]>") >= 0) throw malformed(`"]]>" in text`);
    this.#addText(unescapeXml(piece));
    return end;
  }

  #addText(piece: string): void {
    const children = this.#open.at(-1)?.children;
    const last = children?.at(-1);
    if (children === undefined || piece === "") return;
    if (typeof last === "string") children[children.length - 1] = last + piece;
    else children.push(piece);
  }

  #cdata(text: string, start: number): number {
    if (text.length - start < LONGEST_OPENER && CDATA.startsWith(text.slice(start))) return -1;
    if (!text.startsWith(CDATA, start)) {
      throw new XmlError("restricted-xml", `Cannot accept XML markup ${excerpt(text, start)}`);
    }
    if (this.#open.length <= this.#level) {
      throw malformed(`text outside of an element at ${excerpt(text, start)}`);
    }
    const end = text.indexOf("]]>", start + LONGEST_OPENER);
    if (end < 0) return -1;
    this.#addText(text.slice(start + LONGEST_OPENER, end));
    return end + 3;
  }

  #declaration(text: string, start: number): number {
    // The first ">" decides: were it not the end, each one that trickles in would be a new attempt.
    const end = text.indexOf(">", start);
    if (end < 0) return -1;
    if (this.#state !== "start" || !DECLARATION.test(text.slice(start, end + 1))) {
      throw new XmlError("restricted-xml", `Cannot accept XML markup ${excerpt(text, start)}`);
    }
    this.#state = "prolog";
    return end + 1;
  }

  #startTag(text: string, start: number): number {
    const elementName = readName(text, start + 1, this.#limits.maxNameLength);
    if (elementName === "") return -1;
    let index = start + 1 + elementName.length;
    const attrs: Record<string, string> = {};
    const element: OpenElement = { name: elementName, attrs, children: [] };
    // No value may hold a "<", so the next one lies behind this tag.
    const nextTag = text.indexOf("<", index);
    for (let count = 0;; count++) {
      const name = skipSpace(text, index);
      const code = text.charCodeAt(name);
      if (code === GREATER) return this.#openElement(element, text, start, name + 1);
      if (code === SLASH) {
        if (name + 1 === text.length) return -1;
        if (text.charCodeAt(name + 1) !== GREATER) {
          throw malformed(`bad tag ${excerpt(text, start)}`);
        }
        this.#openElement(element, text, start, name + 1);
        return this.#closeElement(text, name + 2);
      }
      if (name === text.length) return -1;
      if (name === index) throw malformed(`bad tag ${excerpt(text, start)}`);
      if (count === this.#limits.maxAttributes) {
        throw new XmlError("policy-violation", `Cannot parse XML: more than ${count} attributes`);
      }
      index = this.#attribute(attrs, text, name);
      if (index < 0) return -1;
      if (index > nextTag && nextTag >= 0) throw malformed(`"<" within ${excerpt(text, start)}`);
    }
  }

  /** Reads `name='value'`; returns the index behind it. */
  #attribute(attrs: Record<string, string>, text: string, start: number): number {
    const name = readName(text, start, this.#limits.maxNameLength);
    if (name === "") return -1;
    const equals = skipSpace(text, start + name.length);
    if (equals === text.length) return -1;
    const opening = skipSpace(text, equals + 1);
    if (text.charCodeAt(equals) !== EQUALS) throw malformed(`bad tag at ${excerpt(text, start)}`);
    if (opening === text.length) return -1;
    const quote = text.charCodeAt(opening);
    if (quote !== APOSTROPHE && quote !== QUOTE) {
      throw malformed(`attribute without quotes at ${excerpt(text, start)}`);
    }
    const end = text.indexOf(quote === QUOTE ? '"' : "'", opening + 1);
    if (end < 0) return -1;
    setAttribute(attrs, name, unescapeXml(text.slice(opening + 1, end)));
    return end + 1;
  }

  #openElement(element: OpenElement, text: string, start: number, end: number): number {
    const depth = this.#open.length;
    if (this.#state === "ended") {
      throw malformed(`element after the end at ${excerpt(text, start)}`);
    }
    if (depth === this.#limits.maxDepth) {
      throw new XmlError("policy-violation", `Cannot parse XML: deeper than ${depth} elements`);
    }
    this.#state = "root";
    this.#open.push(element);
    if (depth < this.#level) {
      this.#endUnit(text, end);
      this.#handler.onStart(element);
    }
    return end;
  }

  #endTag(text: string, start: number): number {
    const name = this.#open.at(-1)?.name;
    if (name === undefined) throw malformed(`end tag of nothing at ${excerpt(text, start)}`);
    const afterName = start + 2 + name.length;
    if (!text.startsWith(name, start + 2)) {
      if (text.length < afterName && `</${name}`.startsWith(text.slice(start))) return -1;
      throw malformed(`</${name}> expected at ${excerpt(text, start)}`);
    }
    const end = skipSpace(text, afterName);
    if (end === text.length) return -1;
    if (text.charCodeAt(end) !== GREATER) {
      throw malformed(`</${name}> expected at ${excerpt(text, start)}`);
    }
    return this.#closeElement(text, end + 1);
  }

  #closeElement(text: string, end: number): number {
    const element = this.#open.pop();
    if (element === undefined) return end;
    const depth = this.#open.length;
    if (depth > this.#level) this.#open[depth - 1]?.children.push(element);
    else {
      this.#endUnit(text, end);
      if (depth === 0) this.#state = "ended";
      if (depth === this.#level) this.#handler.onElement(element);
      else this.#handler.onEnd();
    }
    return end;
  }
}
