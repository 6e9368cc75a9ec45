/**
 * Requests of the server and of other clients (`<iq/>`): pings are answered, everything else is
 * refused as RFC 6120, 8.2.3 asks.
 *
 * @module
 */
import { xml, type XmlElement } from "../protocol/xml.ts";

const PING = "urn:xmpp:ping";
const STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";

/**
 * Answers a request.
 *
 * @param iq The stanza that came in.
 * @returns The answer; `undefined` for results and errors, which are never answered.
 */
export function answerIq(iq: XmlElement): XmlElement | undefined {
  const { type, id, from } = iq.attrs;
  if (type !== "get" && type !== "set") return undefined;
  const payload = iq.children.find((child): child is XmlElement => typeof child !== "string");
  if (type === "get" && payload?.name === "ping" && payload.attrs["xmlns"] === PING) {
    return xml("iq", { type: "result", id, to: from });
  }
  return xml(
    "iq",
    { type: "error", id, to: from },
    ...(payload === undefined ? [] : [payload]),
    xml("error", { type: "cancel" }, xml("service-unavailable", { xmlns: STANZAS })),
  );
}
