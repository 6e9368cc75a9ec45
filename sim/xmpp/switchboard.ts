/**
 * What presence, rooms and the server's own answers need of the broker.
 *
 * @module
 */
import type { Jid } from "../../lib/protocol/jid.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import type { BrokerSettings } from "./broker_options.ts";
import type { Session } from "./session.ts";
import type { StanzaErrorCondition } from "./stanza_error.ts";

/** The sessions, by address, and the broker's way to answer. */
export interface Switchboard {
  /** Settings, defaults filled in. */
  readonly settings: BrokerSettings;
  /** The session with this full JID. */
  session(full: string): Session | undefined;
  /** All sessions of a bare JID, in the order they began. */
  sessionsOf(bare: string): readonly Session[];
  /** Hands stored messages to a session that has become available. */
  deliverStored(session: Session): void;
  /** Reads an address; answers with an error where it is none. */
  address(session: Session, stanza: XmlElement, to: string): Jid | undefined;
  /** Turns a stanza down, if it may be answered. */
  refuse(
    session: Session,
    stanza: XmlElement,
    condition: StanzaErrorCondition,
    text?: string,
  ): void;
}
