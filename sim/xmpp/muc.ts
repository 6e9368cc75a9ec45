/**
 * Rooms (XEP-0045): the service that holds them. Rooms open with the first occupant, without a
 * configuration form, and close with the last.
 *
 * @module
 */
import type { Jid } from "../../lib/protocol/jid.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { knownParts } from "./known_parts.ts";
import { asks, discoInfo, discoItems, iqResult, isRequest } from "./iq.ts";
import { Room } from "./room.ts";
import type { Session } from "./session.ts";
import type { Switchboard } from "./switchboard.ts";

const MUC = "http://jabber.org/protocol/muc";

/** The rooms of a broker. */
export class MucService {
  readonly #broker: Switchboard;
  readonly #rooms = new Map<string, Room>();

  /**
   * @param broker Whose rooms they are.
   */
  constructor(broker: Switchboard) {
    this.#broker = broker;
  }

  /** Number of rooms. */
  get roomCount(): number {
    return this.#rooms.size;
  }

  /** Forgets all rooms without a word. */
  clear(): void {
    this.#rooms.clear();
  }

  /** Presence to a room: joins it, changes the nick or leaves. */
  presence(session: Session, stanza: XmlElement, to: Jid): void {
    const type = stanza.attrs["type"];
    const room = this.#rooms.get(to.bare);
    if (type === "unavailable") return room?.leave(session, stanza);
    if (type !== undefined) return;
    if (to.local === "") return this.#broker.refuse(session, stanza, "service-unavailable");
    if (to.resource === "") return this.#broker.refuse(session, stanza, "jid-malformed");
    if (room !== undefined) return room.enter(session, stanza, to.resource);
    const { maxRooms, maxOccupants, realJids } = this.#broker.settings;
    if (this.#rooms.size >= maxRooms) {
      return this.#broker.refuse(session, stanza, "resource-constraint");
    }
    const opened = new Room({
      jid: to.bare,
      maxOccupants,
      realJids,
      onEmpty: () => {
        if (this.#rooms.get(to.bare) === opened) this.#rooms.delete(to.bare);
      },
    });
    this.#rooms.set(to.bare, opened);
    opened.enter(session, stanza, to.resource);
  }

  /** A message to a room or to an occupant. */
  message(session: Session, stanza: XmlElement, to: Jid): void {
    const room = this.#rooms.get(to.bare);
    const passed = this.#broker.settings.passesInRooms === "known" ? knownParts(stanza) : stanza;
    if (room !== undefined) room.message(session, passed, to.resource);
    else this.#broker.refuse(session, stanza, "item-not-found");
  }

  /** An iq to the service, to a room or to an occupant. */
  iq(session: Session, stanza: XmlElement, to: Jid): void {
    const room = this.#rooms.get(to.bare);
    if (to.resource !== "" && room !== undefined) return room.iq(session, stanza, to.resource);
    if (!isRequest(stanza)) return;
    const reply = this.#answer(stanza, to, room);
    if (reply !== undefined) session.port.deliver(reply);
    else {
      const missing = to.local !== "" && room === undefined;
      this.#broker.refuse(session, stanza, missing ? "item-not-found" : "service-unavailable");
    }
  }

  #answer(iq: XmlElement, to: Jid, room: Room | undefined): XmlElement | undefined {
    if (asks(iq, "ping")) return iqResult(iq);
    if (to.local === "") {
      if (asks(iq, "info")) {
        const identity = { category: "conference", type: "text", name: "Rooms" };
        return iqResult(iq, discoInfo(identity, [MUC]));
      }
      const rooms = [...this.#rooms.values()].map(({ jid, name }) => ({ jid, name }));
      return asks(iq, "items") ? iqResult(iq, discoItems(rooms)) : undefined;
    }
    if (room === undefined) return undefined;
    if (asks(iq, "info")) {
      const identity = { category: "conference", type: "text", name: room.name };
      const anonymity = this.#broker.settings.realJids === "anyone" ? "non" : "semi";
      const features = [
        MUC,
        `muc_${anonymity}anonymous`,
        "muc_open",
        "muc_temporary",
        "muc_public",
      ];
      return iqResult(iq, discoInfo(identity, features));
    }
    if (!asks(iq, "items")) return undefined;
    return iqResult(iq, discoItems(room.nicks.map((nick) => ({ jid: `${room.jid}/${nick}` }))));
  }
}
