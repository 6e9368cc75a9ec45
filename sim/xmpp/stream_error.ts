/**
 * Stream errors (RFC 6120, 4.9): each ends the stream it is sent on.
 *
 * @module
 */

/** Why a stream ends. */
export type StreamErrorCondition =
  | "bad-format"
  | "conflict"
  | "connection-timeout"
  | "host-unknown"
  | "invalid-namespace"
  | "not-authorized"
  | "not-well-formed"
  | "policy-violation"
  | "resource-constraint"
  | "restricted-xml"
  | "system-shutdown"
  | "undefined-condition"
  | "unsupported-stanza-type"
  | "unsupported-version";

/**
 * Writes a stream error.
 *
 * @param condition Why the stream ends.
 * @param text An explanation for people, without markup characters.
 * @returns The error element and the end of the stream.
 */
export function streamErrorText(condition: StreamErrorCondition, text?: string): string {
  const namespace = "urn:ietf:params:xml:ns:xmpp-streams";
  const detail = text === undefined ? "" : `<text xmlns='${namespace}'>${text}</text>`;
  return `<stream:error><${condition} xmlns='${namespace}'/>${detail}</stream:error></stream:stream>`;
}
