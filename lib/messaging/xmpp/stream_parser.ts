/**
 * The project's XML parser in the shape that @xmpp/connection expects of one: an emitter of `start`,
 * `element` and `end`. The library's own parser throws on entities that it doesn't know and has no
 * limits.
 *
 * @module
 */
/// <reference path="../../../types/xmpp.d.ts" />
import { EventEmitter } from "node:events";
import { Element } from "@xmpp/xml";
import type { XmlElement } from "../../protocol/xml.ts";
import { XmlStreamParser } from "../../protocol/xml_parser.ts";

/** Namespace of the stream's own elements (RFC 6120, 4.8.1). */
export const NS_STREAM = "http://etherx.jabber.org/streams";

/** Makes the library's kind of element of ours. */
function toLibraryElement(element: XmlElement): Element {
  const made = new Element(element.name, { ...element.attrs });
  for (const child of element.children) {
    made.append(typeof child === "string" ? child : toLibraryElement(child));
  }
  return made;
}

/** Parser of one stream; a restarted stream gets a new one. */
export class StreamParser extends EventEmitter {
  /**
   * Sees each child of the stream first. What it takes (`true`) is never made into the library's kind
   * of element: that is the path of all stanzas but the link's own.
   */
  intercept: (element: XmlElement) => boolean = () => false;
  #root: Element | null = null;
  readonly #parser = new XmlStreamParser({
    onStart: (root) => {
      this.#root = toLibraryElement(root);
      if (!this.#root.is("stream", NS_STREAM)) {
        throw new SyntaxError(`Cannot open stream: server sent <${root.name.slice(0, 40)}>`);
      }
      this.emit("start", this.#root);
    },
    onElement: (element) => {
      if (this.intercept(element)) return;
      const made = toLibraryElement(element);
      // Prefixes such as that of <stream:features> are declared on the root.
      made.parent = this.#root;
      this.emit("element", made);
    },
    onEnd: () => this.emit("end", this.#root),
  });

  /**
   * Reads on.
   *
   * @param text The next piece of the stream.
   * @throws {XmlError} When it is not XML as XMPP allows it, or passes a limit.
   * @throws {SyntaxError} When the root is not that of an XMPP stream.
   */
  write(text: string): void {
    this.#parser.write(text);
  }

  /** Ignores all that follows, the rest of the chunk at hand included. */
  stop(): void {
    this.#parser.stop();
  }
}
