/**
 * A component's place in a chat room (XEP-0045), where Heartbeat reaches it.
 *
 * @module
 */
import { Jid, tryParseJid } from "../protocol/jid.ts";
import { childNamed, xml, type XmlElement } from "../protocol/xml.ts";
import { type Random, randomUuid } from "../random.ts";

const MUC = "http://jabber.org/protocol/muc";
const MUC_USER = `${MUC}#user`;
/** Status code of one's own presence (XEP-0045, 15.6). */
const OWN_PRESENCE = "110";

/** Somebody in a room. */
export interface Occupant {
  /** Name in the room. */
  readonly nick: string;
  /** Full JID behind it, where the room shows it; most rooms show it to their moderators only. */
  readonly jid: string | undefined;
}

/** What a presence from a room says. */
export type RoomNews =
  /** Somebody is there; `own`: it is us, and everybody who was there before has been told of. */
  | { readonly type: "present"; readonly occupant: Occupant; readonly own: boolean }
  /** Somebody is there no longer, at least under this nick. */
  | { readonly type: "gone"; readonly nick: string; readonly own: boolean }
  /** The room lets nobody in, or not us; `condition` as in RFC 6120, 8.3.3. */
  | { readonly type: "refused"; readonly condition: string };

/** Membership of one room under a random nick, as the original joins. */
export class Room {
  readonly #room: Jid;
  /** What is asked for; rooms may give another one. */
  readonly #wishedNick: string;
  #nick: string;

  /**
   * Draws the nick; joining takes the {@linkcode joinStanza}.
   *
   * @param room Bare JID of the room.
   * @param random Source of the nick.
   */
  constructor(room: string, random: Random) {
    this.#room = Jid.parse(room);
    this.#wishedNick = randomUuid(random);
    this.#nick = this.#wishedNick;
  }

  /** The room's bare JID. */
  get address(): string {
    return this.#room.bare;
  }

  /** The presence that joins; sent after each reconnect. */
  joinStanza(from: string): XmlElement {
    const to = `${this.#room.bare}/${this.#wishedNick}`;
    return xml("presence", { from, to, id: this.#wishedNick }, xml("x", { xmlns: MUC }));
  }

  /** True for what comes from the room or through it. */
  isFrom(jid: Jid): boolean {
    return jid.bare === this.#room.bare;
  }

  /** True for our own messages that the room reflects to us. */
  isOwnNick(jid: Jid): boolean {
    return jid.resource === this.#nick && this.isFrom(jid);
  }

  /**
   * Reads a presence. A room tells of everybody who is there before it tells of the newcomer.
   *
   * @param presence Any presence stanza.
   * @returns What it says of the room; `undefined` where it is not about this room.
   */
  read(presence: XmlElement): RoomNews | undefined {
    const from = tryParseJid(presence.attrs["from"]);
    if (from === undefined || !this.isFrom(from)) return undefined;
    const { type } = presence.attrs;
    if (type === "error") return { type: "refused", condition: conditionOf(presence) };
    const nick = from.resource;
    if (nick === "" || (type !== undefined && type !== "unavailable")) return undefined;
    const details = detailsOf(presence);
    const own = nick === this.#nick || hasStatus(details, OWN_PRESENCE);
    if (type === "unavailable") return { type: "gone", nick, own };
    if (own) this.#nick = nick;
    const jid = details === undefined ? undefined : childNamed(details, "item")?.attrs["jid"];
    return { type: "present", occupant: { nick, jid }, own };
  }
}

/** What the room adds to an occupant's presence. */
function detailsOf(presence: XmlElement): XmlElement | undefined {
  return presence.children.find((child): child is XmlElement =>
    typeof child !== "string" && child.name === "x" && child.attrs["xmlns"] === MUC_USER
  );
}

function hasStatus(details: XmlElement | undefined, code: string): boolean {
  return details?.children.some((child) =>
    typeof child !== "string" && child.name === "status" && child.attrs["code"] === code
  ) === true;
}

function conditionOf(presence: XmlElement): string {
  const condition = childNamed(presence, "error")?.children.find((child): child is XmlElement =>
    typeof child !== "string" && child.name !== "text"
  );
  return condition?.name ?? "undefined-condition";
}
