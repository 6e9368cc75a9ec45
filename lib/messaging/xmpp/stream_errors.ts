/**
 * Stream errors (RFC 6120, 4.9): the server's as text for people, our own as text for the server.
 *
 * @module
 */
import { serializeXml, textOf, xml, type XmlElement } from "../../protocol/xml.ts";
import type { XmlError } from "../../protocol/xml_parser.ts";

const NS_STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams";

/** Condition and text of the server's stream error, 200 characters at most. */
export function conditionOf(error: XmlElement): string {
  const words = error.children.map((child) =>
    typeof child === "string" || child.name !== "text" ? "" : textOf(child)
  );
  const condition = error.children.find((child) => typeof child !== "string");
  const name = typeof condition === "object" ? condition.name : "undefined-condition";
  return [name, ...words].filter((word) => word !== "").join(", ").slice(0, 200);
}

/** What to tell a server whose XML cannot be read, up to the end of the stream. */
export function streamErrorOf(error: XmlError): string {
  const condition = xml(error.code, { xmlns: NS_STREAM_ERRORS });
  return `${serializeXml(xml("stream:error", {}, condition))}</stream:stream>`;
}
