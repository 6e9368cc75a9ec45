/**
 * A component's place in a chat room (XEP-0045), where Heartbeat reaches it.
 *
 * @module
 */
import { Jid } from "../protocol/jid.ts";
import { xml, type XmlElement } from "../protocol/xml.ts";
import { type Random, randomUuid } from "../random.ts";

const MUC = "http://jabber.org/protocol/muc";

/** Membership of one room under a random nick, as the original joins. */
export class Room {
  readonly #room: Jid;
  readonly #nick: string;

  /**
   * Draws the nick; joining takes the {@linkcode joinStanza}.
   *
   * @param room Bare JID of the room.
   * @param random Source of the nick.
   */
  constructor(room: string, random: Random) {
    this.#room = Jid.parse(room);
    this.#nick = randomUuid(random);
  }

  /** The presence that joins; sent after each reconnect. */
  joinStanza(from: string): XmlElement {
    const to = `${this.#room.bare}/${this.#nick}`;
    return xml("presence", { from, to, id: this.#nick }, xml("x", { xmlns: MUC }));
  }

  /** True for what comes from the room or through it. */
  isFrom(jid: Jid): boolean {
    return jid.bare === this.#room.bare;
  }

  /** True for our own messages that the room reflects to us. */
  isOwnNick(jid: Jid): boolean {
    return jid.resource === this.#nick && this.isFrom(jid);
  }
}
