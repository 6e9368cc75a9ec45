/**
 * Where in a message the original's secure mode puts what it encrypts: in `<body>`, or in the element
 * that stands for it on servers that empty bodies.
 *
 * @module
 */
import { encodeMessage, ENVELOPE_NAMESPACE, type EnvelopeForm } from "../protocol/message.ts";
import { xml, type XmlElement } from "../protocol/xml.ts";
import {
  decodeSessionBody,
  encodeSessionBody,
  type SessionBody,
} from "../secure/session_envelope.ts";

/** Name of the element that stands for `<body>`. */
const NAMESPACED = "copilot";

/** A message taken apart. */
export interface SessionStanza {
  /** The encrypted values; `undefined` in a plain message. */
  readonly body: SessionBody | undefined;
  /** The info of a plain message. */
  readonly info: XmlElement | undefined;
}

/** Takes a message apart, plain or encrypted. */
export function readSessionStanza(stanza: XmlElement): SessionStanza {
  const carrier = stanza.children.findLast(isCarrier);
  if (carrier === undefined) return { body: undefined, info: undefined };
  return { body: decodeSessionBody(carrier), info: carrier.children.findLast(isInfo) };
}

/** The message with encrypted values in place of its info. */
export function withSessionBody(stanza: XmlElement, body: SessionBody): XmlElement {
  return replaceCarrier(stanza, (carrier) => encodeSessionBody(body, carrier));
}

/** The message with an info in place of its encrypted values. */
export function withInfo(stanza: XmlElement, info: XmlElement): XmlElement {
  return replaceCarrier(stanza, ({ name, attrs }) => {
    const { session_key: _key, info: _info, ...kept } = attrs;
    return xml(name, kept, info);
  });
}

/** In which form a message came. */
export function formOf(stanza: XmlElement): EnvelopeForm {
  return stanza.children.findLast(isCarrier)?.name === NAMESPACED ? "namespaced" : "original";
}

/**
 * Writes the acknowledgement of a message that goes no further than the guard.
 *
 * @param stanza The message, encrypted or not.
 * @returns The acknowledgement in the same form; `undefined` where none is wanted.
 */
export function acknowledgementOf(stanza: XmlElement): XmlElement | undefined {
  const { from, to = "", id } = stanza.attrs;
  const form = formOf(stanza);
  const outer = form === "original" ? stanza : stanza.children.findLast(isCarrier);
  if (from === undefined || id === undefined || outer?.attrs["noack"] !== undefined) {
    return undefined;
  }
  return encodeMessage({ kind: "ack", from: to, to: from, ack: id, form });
}

function replaceCarrier(
  stanza: XmlElement,
  change: (carrier: XmlElement) => XmlElement,
): XmlElement {
  const last = stanza.children.findLastIndex(isCarrier);
  const children = stanza.children.map((child, index) =>
    index === last && typeof child !== "string" ? change(child) : child
  );
  return { ...stanza, children };
}

function isCarrier(child: XmlElement | string): child is XmlElement {
  return typeof child !== "string" &&
    (child.name === "body" ||
      child.name === NAMESPACED && child.attrs["xmlns"] === ENVELOPE_NAMESPACE);
}

function isInfo(child: XmlElement | string): child is XmlElement {
  return typeof child !== "string" && child.name === "info";
}
