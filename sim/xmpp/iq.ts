/**
 * What the server answers itself: ping, service discovery, version, an empty roster, the session of old.
 *
 * @module
 */
import { xml, type XmlElement } from "../../lib/protocol/xml.ts";
import type { BrokerSettings } from "./broker_options.ts";
import type { Session } from "./session.ts";

const DISCO_INFO = "http://jabber.org/protocol/disco#info";
const DISCO_ITEMS = "http://jabber.org/protocol/disco#items";
const PING = "urn:xmpp:ping";
const VERSION = "jabber:iq:version";
const ROSTER = "jabber:iq:roster";
const SESSION = "urn:ietf:params:xml:ns:xmpp-session";
const FEATURES = [DISCO_INFO, DISCO_ITEMS, PING, VERSION];

/** Whether an iq asks for something. */
export function isRequest(iq: XmlElement): boolean {
  return iq.attrs["type"] === "get" || iq.attrs["type"] === "set";
}

/** The request inside an iq: its only child element. */
export function requestOf(iq: XmlElement): XmlElement | undefined {
  for (const child of iq.children) if (typeof child !== "string") return child;
  return undefined;
}

/** Writes the result of an iq. */
export function iqResult(iq: XmlElement, ...children: XmlElement[]): XmlElement {
  const { id, from, to } = iq.attrs;
  return xml("iq", { type: "result", id, from: to, to: from }, ...children);
}

/** The answer to disco#info. */
export function discoInfo(
  identity: Readonly<Record<string, string>>,
  features: readonly string[],
): XmlElement {
  const lines = features.map((feature) => xml("feature", { var: feature }));
  return xml("query", { xmlns: DISCO_INFO }, xml("identity", identity), ...lines);
}

/** The answer to disco#items. */
export function discoItems(items: readonly Readonly<Record<string, string>>[]): XmlElement {
  return xml("query", { xmlns: DISCO_ITEMS }, ...items.map((item) => xml("item", item)));
}

/** Whether a request is of this kind. */
export function asks(iq: XmlElement, namespace: "info" | "items" | "ping"): boolean {
  const wanted = { info: DISCO_INFO, items: DISCO_ITEMS, ping: PING }[namespace];
  return iq.attrs["type"] === "get" && requestOf(iq)?.attrs["xmlns"] === wanted;
}

/**
 * Answers an iq to the server or to the user's own account.
 *
 * @param settings The server's domains.
 * @param session Who asks.
 * @param iq A `get` or `set`.
 * @returns The answer; `undefined` where the server has none.
 */
export function answerServerIq(
  settings: BrokerSettings,
  session: Session,
  iq: XmlElement,
): XmlElement | undefined {
  const namespace = requestOf(iq)?.attrs["xmlns"];
  const { domain, mucDomain } = settings;
  if (iq.attrs["type"] === "set") return namespace === SESSION ? iqResult(iq) : undefined;
  if (asks(iq, "ping")) return iqResult(iq);
  if (asks(iq, "items")) {
    return iqResult(iq, discoItems(iq.attrs["to"] === domain ? [{ jid: mucDomain }] : []));
  }
  if (asks(iq, "info")) {
    const account = iq.attrs["to"] !== domain;
    const identity = account
      ? { category: "account", type: "registered" }
      : { category: "server", type: "im", name: "Co-Pilot simulator" };
    return iqResult(iq, discoInfo(identity, FEATURES));
  }
  if (namespace === VERSION) {
    return iqResult(iq, xml("query", { xmlns: VERSION }, xml("name", {}, "Co-Pilot simulator")));
  }
  if (namespace === ROSTER && (iq.attrs["to"] ?? session.bare) === session.bare) {
    return iqResult(iq, xml("query", { xmlns: ROSTER }));
  }
  return undefined;
}
