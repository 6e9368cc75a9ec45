/**
 * The ways of presence (RFC 6121, 4), without rosters: it goes to the user's own resources and to
 * whom it is sent directly.
 *
 * @module
 */
import { childNamed, textOf, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import type { MucService } from "./muc.ts";
import type { Session } from "./session.ts";
import type { Switchboard } from "./switchboard.ts";

const SUBSCRIPTIONS = new Set(["subscribe", "subscribed", "unsubscribe", "unsubscribed"]);

function priorityOf(presence: XmlElement): number {
  const element = childNamed(presence, "priority");
  const priority = element === undefined ? 0 : Number(textOf(element));
  return Number.isInteger(priority) && priority >= -128 && priority <= 127 ? priority : 0;
}

function addressed(stanza: XmlElement, to: string): XmlElement {
  return { name: stanza.name, attrs: { ...stanza.attrs, to }, children: stanza.children };
}

/** Takes presence stanzas and tells whom they concern. */
export class PresenceRouter {
  readonly #broker: Switchboard;
  readonly #muc: MucService;

  /**
   * @param broker Knows the sessions.
   * @param muc Takes presence to rooms.
   */
  constructor(broker: Switchboard, muc: MucService) {
    this.#broker = broker;
    this.#muc = muc;
  }

  /** Takes a presence stanza, its sender stamped. */
  receive(session: Session, stanza: XmlElement, to: string | undefined): void {
    const { type } = stanza.attrs;
    if (to !== undefined) this.#direct(session, stanza, to);
    else if (type === undefined) this.#announce(session, stanza);
    else if (type === "unavailable") this.withdraw(session, stanza);
  }

  /**
   * Takes a session's presence back: from the user's other resources, from rooms and from whom it
   * was sent directly.
   *
   * @param session The session that is no longer available.
   * @param stanza What it said; `undefined` when its connection broke.
   */
  withdraw(session: Session, stanza: XmlElement | undefined): void {
    const gone = stanza ?? xml("presence", { type: "unavailable", from: session.full });
    for (const room of session.rooms ?? []) room.leave(session);
    session.rooms = undefined;
    for (const to of session.directed ?? []) {
      this.#deliver(addressed(gone, to), to);
    }
    session.directed = undefined;
    if (session.presence === undefined) return;
    session.presence = undefined;
    this.#tellOwn(session, gone);
  }

  #announce(session: Session, stanza: XmlElement): void {
    const first = session.presence === undefined;
    session.presence = stanza;
    session.priority = priorityOf(stanza);
    this.#tellOwn(session, stanza);
    session.port.deliver(stanza);
    if (first && this.#broker.settings.presence === "all-resources") {
      for (const other of this.#broker.sessionsOf(session.bare)) {
        if (other !== session && other.presence !== undefined) {
          session.port.deliver(addressed(other.presence, session.full));
        }
      }
    }
    if (session.available) this.#broker.deliverStored(session);
  }

  /** Tells the user's other available resources. */
  #tellOwn(session: Session, stanza: XmlElement): void {
    if (this.#broker.settings.presence === "self") return;
    for (const other of this.#broker.sessionsOf(session.bare)) {
      if (other !== session && other.presence !== undefined) {
        other.port.deliver(addressed(stanza, other.full));
      }
    }
  }

  #direct(session: Session, stanza: XmlElement, to: string): void {
    const jid = this.#broker.address(session, stanza, to);
    if (jid === undefined) return;
    const { domain, mucDomain, maxDirectedPresences } = this.#broker.settings;
    if (jid.domain === mucDomain) return this.#muc.presence(session, stanza, jid);
    if (jid.domain !== domain) return this.#broker.refuse(session, stanza, "service-unavailable");
    const type = stanza.attrs["type"] ?? "";
    if (SUBSCRIPTIONS.has(type)) {
      const attrs = { ...stanza.attrs, from: session.bare };
      return this.#deliver({ ...stanza, attrs }, jid.bare);
    }
    if (type !== "" && type !== "unavailable") return;
    const directed = session.directed ??= new Set();
    if (type === "unavailable") directed.delete(jid.full);
    else if (directed.size >= maxDirectedPresences && !directed.has(jid.full)) {
      return this.#broker.refuse(session, stanza, "resource-constraint");
    } else directed.add(jid.full);
    this.#deliver(stanza, jid.full);
  }

  /** Delivers to a full JID, or to all available resources of a bare one. */
  #deliver(stanza: XmlElement, to: string): void {
    const one = this.#broker.session(to);
    if (one !== undefined) return one.port.deliver(stanza);
    for (const session of this.#broker.sessionsOf(to)) {
      if (session.presence !== undefined) session.port.deliver(stanza);
    }
  }
}
