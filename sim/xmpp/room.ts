/**
 * One room (XEP-0045, 7): entering, speaking, changing the nick, leaving. No history.
 *
 * @module
 */
import { childNamed, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import type { Departure, Session } from "./session.ts";
import { errorReply, type StanzaErrorCondition } from "./stanza_error.ts";

const MUC = "http://jabber.org/protocol/muc";
const MUC_USER = "http://jabber.org/protocol/muc#user";

/** Status codes (XEP-0045, 15.6). */
const OWN_PRESENCE = "110";
const ROOM_CREATED = "201";
const NICK_CHANGED = "303";

interface Occupant {
  nick: string;
  /** The occupant's last presence, without what the room adds. */
  presence: XmlElement;
  readonly session: Session;
  /** The one who opened the room owns and moderates it. */
  readonly owner: boolean;
}

/** Options of {@linkcode Room}. */
export interface RoomOptions {
  /** The room's bare JID. */
  readonly jid: string;
  /** Occupants at most. */
  readonly maxOccupants: number;
  /** Who sees the real JIDs. */
  readonly realJids: "moderators" | "anyone";
  /** Called when the last occupant has left. */
  readonly onEmpty: () => void;
}

/** A room and its occupants. */
export class Room implements Departure {
  readonly #options: RoomOptions;
  readonly #byNick = new Map<string, Occupant>();
  readonly #bySession = new Map<Session, Occupant>();
  #opened = false;

  /**
   * @param options The room's address and limits.
   */
  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** The room's bare JID. */
  get jid(): string {
    return this.#options.jid;
  }

  /** The part of the room's JID before `@`. */
  get name(): string {
    return this.jid.slice(0, this.jid.indexOf("@"));
  }

  /** The nicks of all occupants, in the order they came. */
  get nicks(): readonly string[] {
    return [...this.#byNick.keys()];
  }

  /** Presence to `room/nick`: a new occupant, a new nick, or a change of presence. */
  enter(session: Session, stanza: XmlElement, nick: string): void {
    const occupant = this.#bySession.get(session);
    const holder = this.#byNick.get(nick);
    if (holder !== undefined && holder.session !== session) {
      return this.#refuse(session, stanza, "conflict");
    }
    if (occupant === undefined) return this.#join(session, stanza, nick);
    occupant.presence = plainPresence(stanza);
    if (occupant.nick !== nick) this.#rename(occupant, nick);
    else this.#announce(occupant, []);
  }

  /** A message to the room or, with a nick, to one occupant. */
  message(session: Session, stanza: XmlElement, nick: string): void {
    const speaker = this.#bySession.get(session);
    const type = stanza.attrs["type"];
    if (type === "error") return;
    if (speaker === undefined) {
      const text = "You are not currently connected to this chat";
      return this.#refuse(session, stanza, "not-acceptable", text);
    }
    const from = `${this.jid}/${speaker.nick}`;
    if (nick === "") {
      if (type !== "groupchat") return this.#refuse(session, stanza, "bad-request");
      return this.#toAll({ ...stanza, attrs: { ...stanza.attrs, from } });
    }
    if (type === "groupchat") return this.#refuse(session, stanza, "bad-request");
    const listener = this.#byNick.get(nick);
    if (listener === undefined) return this.#refuse(session, stanza, "item-not-found");
    const attrs = { ...stanza.attrs, from, to: listener.session.full };
    const children = [...stanza.children, xml("x", { xmlns: MUC_USER })];
    listener.session.port.deliver({ ...stanza, attrs, children });
  }

  /** An iq to an occupant, or the answer to one. */
  iq(session: Session, stanza: XmlElement, nick: string): void {
    const sender = this.#bySession.get(session);
    const target = this.#byNick.get(nick);
    if (sender === undefined) return this.#refuse(session, stanza, "not-acceptable");
    if (target === undefined) return this.#refuse(session, stanza, "item-not-found");
    const from = `${this.jid}/${sender.nick}`;
    const attrs = { ...stanza.attrs, from, to: target.session.full };
    target.session.port.deliver({ ...stanza, attrs });
  }

  /**
   * Takes an occupant out.
   *
   * @param session The occupant's session.
   * @param stanza What it said when it went, if anything.
   */
  leave(session: Session, stanza?: XmlElement): void {
    const occupant = this.#bySession.get(session);
    if (occupant === undefined) return;
    const status = stanza?.children.filter((child) => typeof child !== "string") ?? [];
    const gone = xml("presence", { type: "unavailable", id: stanza?.attrs["id"] }, ...status);
    this.#announce({ ...occupant, presence: gone }, [], { role: "none" });
    this.#bySession.delete(session);
    this.#byNick.delete(occupant.nick);
    session.rooms?.delete(this);
    if (this.#bySession.size === 0) this.#options.onEmpty();
  }

  #join(session: Session, stanza: XmlElement, nick: string): void {
    if (this.#bySession.size >= this.#options.maxOccupants) {
      return this.#refuse(session, stanza, "service-unavailable");
    }
    const owner = !this.#opened;
    this.#opened = true;
    const occupant: Occupant = { nick, presence: plainPresence(stanza), session, owner };
    for (const present of this.#bySession.values()) this.#show(present, occupant, [], {});
    this.#byNick.set(nick, occupant);
    this.#bySession.set(session, occupant);
    (session.rooms ??= new Set()).add(this);
    this.#announce(occupant, owner ? [ROOM_CREATED] : []);
    const attrs = { to: session.full, from: this.jid, type: "groupchat" };
    session.port.deliver(xml("message", attrs, xml("subject")));
  }

  #rename(occupant: Occupant, nick: string): void {
    const gone = xml("presence", { type: "unavailable" });
    this.#announce({ ...occupant, presence: gone }, [NICK_CHANGED], { nick });
    this.#byNick.delete(occupant.nick);
    occupant.nick = nick;
    this.#byNick.set(nick, occupant);
    this.#announce(occupant, []);
  }

  /** Shows an occupant's presence to all, itself last. */
  #announce(occupant: Occupant, codes: readonly string[], item: Record<string, string> = {}): void {
    for (const viewer of this.#bySession.values()) {
      if (viewer.session !== occupant.session) this.#show(occupant, viewer, [], item, codes);
    }
    const own = this.#bySession.get(occupant.session);
    if (own !== undefined) this.#show(occupant, own, [OWN_PRESENCE], item, codes);
  }

  #show(
    occupant: Occupant,
    viewer: Occupant,
    ownCodes: readonly string[],
    item: Record<string, string>,
    codes: readonly string[] = [],
  ): void {
    const { presence, owner, session } = occupant;
    const seesJid = this.#options.realJids === "anyone" || viewer.owner ||
      viewer.session === session;
    const details = {
      affiliation: owner ? "owner" : "none",
      role: owner ? "moderator" : "participant",
      jid: seesJid ? session.full : undefined,
      ...item,
    };
    const status = [...codes, ...ownCodes].map((code) => xml("status", { code }));
    const x = xml("x", { xmlns: MUC_USER }, xml("item", details), ...status);
    const attrs = { ...presence.attrs, from: `${this.jid}/${occupant.nick}` };
    viewer.session.port.deliver({
      name: "presence",
      attrs: { ...attrs, to: viewer.session.full },
      children: [...presence.children, x],
    });
  }

  /** Hands a message to every occupant; all copies share their children, so that a port may write them once. */
  #toAll(stanza: XmlElement): void {
    const { name, attrs, children } = stanza;
    for (const { session } of this.#bySession.values()) {
      session.port.deliver({ name, attrs: { ...attrs, to: session.full }, children });
    }
  }

  #refuse(
    session: Session,
    stanza: XmlElement,
    condition: StanzaErrorCondition,
    text?: string,
  ): void {
    const reply = errorReply(stanza, condition, text);
    if (reply !== undefined) session.port.deliver(reply);
  }
}

/** A presence as the room keeps it: without the request to join and without addresses. */
function plainPresence(stanza: XmlElement): XmlElement {
  const { from: _from, to: _to, ...attrs } = stanza.attrs;
  const join = childNamed(stanza, "x");
  const isJoin = join?.attrs["xmlns"] === MUC;
  const children = isJoin ? stanza.children.filter((child) => child !== join) : stanza.children;
  return { name: "presence", attrs, children };
}
