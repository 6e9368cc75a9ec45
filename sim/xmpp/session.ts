/**
 * One bound resource of a user, apart from the connection that carries it.
 *
 * @module
 */
import type { Jid } from "../../lib/protocol/jid.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import type { StreamErrorCondition } from "./stream_error.ts";

/** What carries a session's stanzas to its client. */
export interface SessionPort {
  /** Takes a stanza for the client; never calls back into the broker. */
  deliver(stanza: XmlElement): void;
  /** The broker has ended the session; `condition` says why, and is missing when the server was killed. */
  end(condition: StreamErrorCondition | undefined): void;
}

/** Something that wants to know when a session goes. */
export interface Departure {
  /** The session became unavailable or ended. */
  leave(session: Session): void;
}

/** A bound resource. */
export class Session {
  /** The full JID as text. */
  readonly full: string;
  /** The bare JID as text. */
  readonly bare: string;
  /** Its last presence without `to`; `undefined` while it is not available. */
  presence: XmlElement | undefined;
  /** Priority of that presence, −128 to 127. */
  priority = 0;
  /** Whom it sent presence to directly: told when it goes. Made when first needed. */
  directed: Set<string> | undefined;
  /** Rooms that it is in. Made when first needed. */
  rooms: Set<Departure> | undefined;

  /**
   * Made by the broker; without presence at first, so that it gets only what is sent to its full JID.
   *
   * @param jid The full JID.
   * @param port What carries its stanzas; another from the moment when its stream is managed.
   * @param lang The `xml:lang` of its stream, given to its stanzas; none if `undefined`.
   * @param address IP address of the client; `undefined` where it is in this process.
   */
  constructor(
    readonly jid: Jid,
    public port: SessionPort,
    readonly lang: string | undefined,
    readonly address: string | undefined,
  ) {
    this.full = jid.full;
    this.bare = jid.bare;
  }

  /** Whether messages to the bare JID may come here (RFC 6121, 8.5.2). */
  get available(): boolean {
    return this.presence !== undefined && this.priority >= 0;
  }
}
