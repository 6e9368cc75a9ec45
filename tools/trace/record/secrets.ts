/**
 * Hiding what nobody else should read in a trace: what proves an account's password, and tickets.
 *
 * @module
 */
import type { XmlElement } from "../../../lib/protocol/xml.ts";

/** What stands in place of a secret. */
const MASK = "***";
/** Namespaces of SASL: both sides' words of a login let its password be guessed offline. */
const SASL: ReadonlySet<string> = new Set(["urn:ietf:params:xml:ns:xmpp-sasl", "urn:xmpp:sasl:2"]);
/** Steps of a login that carry proofs. The names of mechanisms and the reasons of failures stay. */
const STEPS: ReadonlySet<string> = new Set([
  "auth",
  "authenticate",
  "challenge",
  "response",
  "success",
]);
/** Elements whose text is a password (XEP-0077, XEP-0078, XEP-0045). */
const PASSWORDS: ReadonlySet<string> = new Set(["password", "digest"]);
/** Attributes of commands that let somebody else act as a component. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  "credential",
  "ticket",
  "componentAuthenticationTicket",
]);

/**
 * Masks the secrets of a piece.
 *
 * @param element A child of the stream.
 * @returns The element without its secrets; the same object where it has none.
 */
export function maskSecrets(element: XmlElement): XmlElement {
  const isLogin = STEPS.has(element.name) && SASL.has(element.attrs["xmlns"] ?? "");
  return masked(element, isLogin);
}

function masked(element: XmlElement, isSecret: boolean): XmlElement {
  let changed = false;
  const attrs: Record<string, string> = {};
  for (const name of Object.keys(element.attrs)) {
    const value = element.attrs[name] ?? "";
    attrs[name] = ATTRIBUTES.has(name) && value !== "" ? MASK : value;
    changed ||= attrs[name] !== value;
  }
  const children = element.children.map((child) => {
    const hidden = typeof child === "string"
      ? (isSecret && child.trim() !== "" ? MASK : child)
      : masked(child, isSecret || PASSWORDS.has(child.name));
    changed ||= hidden !== child;
    return hidden;
  });
  return changed ? { name: element.name, attrs, children } : element;
}
