/**
 * The server's words of stream management (XEP-0198).
 *
 * @module
 */
import { NS_SM } from "../../lib/messaging/xmpp/stanza_ledger.ts";
import { serializeXml, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { STANZA_ERRORS } from "./stanza_error.ts";

/** The offer among the features of a stream. */
export const MANAGEMENT_FEATURE: XmlElement = xml("sm", { xmlns: NS_SM }, xml("optional"));

/** Asks what the client has handled. */
export const ACK_REQUEST = `<r xmlns='${NS_SM}'/>`;

/** Says what was handled. */
export function ackText(handled: number): string {
  return `<a xmlns='${NS_SM}' h='${handled}'/>`;
}

/** Stream management is on; with a name, the stream can be resumed for so many seconds. */
export function enabledText(id: string | undefined, resumeSeconds: number): string {
  const resumption = id === undefined ? {} : { id, resume: "true", max: `${resumeSeconds}` };
  return serializeXml(xml("enabled", { xmlns: NS_SM, ...resumption }));
}

/** The stream goes on. */
export function resumedText(id: string, handled: number): string {
  return serializeXml(xml("resumed", { xmlns: NS_SM, previd: id, h: `${handled}` }));
}

/** Stream management, or the resumption, is refused. */
export function failedText(
  condition: "item-not-found" | "unexpected-request",
  handled?: number,
): string {
  const attrs = { xmlns: NS_SM, h: handled === undefined ? undefined : `${handled}` };
  return serializeXml(xml("failed", attrs, xml(condition, { xmlns: STANZA_ERRORS })));
}
