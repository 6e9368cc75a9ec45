/**
 * A strict, incremental parser of XMPP's subset of XML (RFC 6120, 11): elements, attributes, text,
 * CDATA sections and the five named entities. No DTD, no comments, no processing instruction but
 * the leading `<?xml …?>`.
 *
 * @module
 */
import { malformed } from "./_xml_text.ts";
import { type XmlLimits, XmlReader, type XmlStreamHandler } from "./_xml_reader.ts";
import type { XmlElement } from "./xml.ts";

export { XmlError, type XmlErrorCode } from "./_xml_text.ts";
export type { XmlLimits, XmlStreamHandler } from "./_xml_reader.ts";

/** Options of {@linkcode XmlStreamParser}. */
export interface XmlStreamParserOptions extends XmlStreamHandler {
  /** What is accepted at most. */
  readonly limits?: XmlLimits | undefined;
}

/**
 * Reads a stream: a root element that stays open, and its children one by one.
 *
 * @example
 * ```ts
 * import { XmlStreamParser } from "./xml_parser.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const names: string[] = [];
 * const parser = new XmlStreamParser({
 *   onStart: (root) => names.push(root.name),
 *   onElement: (element) => names.push(element.name),
 *   onEnd: () => names.push("end"),
 * });
 * parser.write("<stream><mess");
 * parser.write("age/></stream>");
 * assertEquals(names, ["stream", "message", "end"]);
 * ```
 */
export class XmlStreamParser {
  readonly #reader: XmlReader;

  /**
   * Waits for the root element of a first stream.
   *
   * @param options Who is told what comes, and what is accepted at most.
   */
  constructor(options: XmlStreamParserOptions) {
    this.#reader = new XmlReader(options, 1, options.limits);
  }

  /**
   * Reads on. Chunks may be split anywhere.
   *
   * @param text The next chunk.
   * @throws {XmlError} When the text is refused; the parser then ignores all that follows.
   */
  write(text: string): void {
    this.#reader.write(text);
  }

  /**
   * Expects a new stream from here on, as after SASL. Called by a handler, it holds for the rest of
   * the chunk at hand.
   */
  restart(): void {
    this.#reader.restart();
  }

  /** Ignores all that follows, the rest of the chunk at hand included. */
  stop(): void {
    this.#reader.stop();
  }
}

/**
 * Reads a whole document.
 *
 * @param text The document.
 * @param limits What is accepted at most.
 * @returns Its root element.
 * @throws {XmlError} When the text is refused.
 */
export function parseXml(text: string, limits?: XmlLimits): XmlElement {
  let root: XmlElement | undefined;
  const reader = new XmlReader(
    { onStart() {}, onElement: (element) => root = element, onEnd() {} },
    0,
    limits,
  );
  reader.write(text);
  if (root === undefined || !reader.complete) throw malformed("the document ends too early");
  return root;
}
