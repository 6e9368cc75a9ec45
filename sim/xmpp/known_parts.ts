/**
 * Messages as a server passes them on that keeps only what it knows (ejabberd 23.01, as observed): of the
 * attributes those of RFC 6121, of a body its text, of other elements those with a namespace of their own.
 *
 * @module
 */
import { textOf, xml, type XmlElement } from "../../lib/protocol/xml.ts";

const KNOWN_ATTRIBUTES = ["from", "to", "id", "type", "xml:lang"];
const TEXTS: ReadonlySet<string> = new Set(["body", "subject", "thread"]);

/**
 * Drops everything else.
 *
 * @param message A message.
 * @returns What is left of it.
 */
export function knownParts(message: XmlElement): XmlElement {
  const attrs: Record<string, string | undefined> = {};
  for (const name of KNOWN_ATTRIBUTES) attrs[name] = message.attrs[name];
  const children = message.children.flatMap((child) => {
    if (typeof child === "string") return [];
    if (TEXTS.has(child.name)) return [textElement(child)];
    return child.attrs["xmlns"] === undefined && child.name !== "error" ? [] : [child];
  });
  return xml("message", attrs, ...children);
}

function textElement(element: XmlElement): XmlElement {
  const text = textOf(element);
  const { "xml:lang": lang } = element.attrs;
  return xml(element.name, { "xml:lang": lang }, ...(text.trim() === "" ? [] : [text]));
}
