/**
 * Writes stanzas as text.
 *
 * @module
 */
import { escapeXml, serializeXml, type XmlElement } from "../../lib/protocol/xml.ts";

/**
 * Writes stanzas. The copies of a message that a room hands out differ in `to` alone and share their
 * children, so the text of the last children written is kept and used again.
 */
export class StanzaWriter {
  #children: XmlElement["children"] = [];
  #text = "";

  /** The text of a stanza. */
  write(stanza: XmlElement): string {
    const { name, attrs, children } = stanza;
    let text = `<${name}`;
    for (const key of Object.keys(attrs)) text += ` ${key}='${escapeXml(attrs[key] ?? "")}'`;
    if (children.length === 0) return `${text}/>`;
    if (children !== this.#children) {
      this.#children = children;
      this.#text = "";
      for (const child of children) {
        this.#text += typeof child === "string" ? escapeXml(child) : serializeXml(child);
      }
    }
    return `${text}>${this.#text}</${name}>`;
  }
}
