/**
 * Error stanzas (RFC 6120, 8.3).
 *
 * @module
 */
import { xml, type XmlElement } from "../../lib/protocol/xml.ts";

/** Namespace of the conditions. */
export const STANZA_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas";

/** Conditions in use, each with the error type that RFC 6120, 8.3.3 gives it. */
const TYPES = {
  "bad-request": "modify",
  "conflict": "cancel",
  "item-not-found": "cancel",
  "jid-malformed": "modify",
  "not-acceptable": "cancel",
  "recipient-unavailable": "wait",
  "resource-constraint": "wait",
  "service-unavailable": "cancel",
} as const;

/** Why a stanza was turned down. */
export type StanzaErrorCondition = keyof typeof TYPES;

/**
 * Writes the answer to a stanza that is turned down: the same stanza, the other way, with an error.
 *
 * @param stanza The stanza, its sender in `from`.
 * @param condition Why it is turned down.
 * @param text An explanation for people.
 * @returns The answer; `undefined` where none may be sent, as errors and results are never answered.
 */
export function errorReply(
  stanza: XmlElement,
  condition: StanzaErrorCondition,
  text?: string,
): XmlElement | undefined {
  const { type, id, from, to } = stanza.attrs;
  if (type === "error" || (stanza.name === "iq" && type === "result")) return undefined;
  const error = xml(
    "error",
    { type: TYPES[condition] },
    xml(condition, { xmlns: STANZA_ERRORS }),
    ...(text === undefined ? [] : [xml("text", { xmlns: STANZA_ERRORS }, text)]),
  );
  const attrs = { type: "error", id, from: to, to: from };
  return xml(stanza.name, attrs, ...stanza.children, error);
}
