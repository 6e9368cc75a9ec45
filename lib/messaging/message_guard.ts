/**
 * The seam for what protects messages: it stands between a container and its link, so that neither knows
 * of keys. A message is protected anew each time it is sent, and opened before anything else looks at it.
 *
 * @module
 */
import type { Message } from "../protocol/message.ts";
import type { Jid } from "../protocol/jid.ts";
import type { XmlElement } from "../protocol/xml.ts";
import type { Link, LinkHandler, LinkStatus } from "./link.ts";

/** What a guard may do by itself. */
export interface GuardPort {
  /** Sends a stanza as it stands. */
  send(stanza: XmlElement): void;
  /** Own full JID; `undefined` while offline. */
  readonly jid: Jid | undefined;
}

/** Protects the messages of one component. */
export interface MessageGuard {
  /**
   * A message is about to be sent.
   *
   * @param stanza The message as the container wrote it.
   * @returns What is sent instead; `undefined` where nothing is, now or ever.
   */
  outgoing(stanza: XmlElement): XmlElement | undefined;
  /**
   * A message came.
   *
   * @param stanza The message as the server passed it on.
   * @returns What the container gets; `undefined` where it gets nothing.
   */
  incoming(stanza: XmlElement): XmlElement | undefined;
  /** The session is up; called before the container hears of it. */
  onOnline?(): void;
  /** The session is down, or the link is closed. */
  onOffline?(): void;
}

/**
 * Puts a guard before a link.
 *
 * @param link The link; it is closed with the one that is returned.
 * @param guardFor Makes the guard.
 * @returns A link on which a container sees plain messages only.
 */
export function guardedLink(link: Link, guardFor: (port: GuardPort) => MessageGuard): Link {
  return new GuardedLink(link, guardFor);
}

class GuardedLink implements Link, GuardPort {
  readonly #link: Link;
  readonly #guard: MessageGuard;

  constructor(link: Link, guardFor: (port: GuardPort) => MessageGuard) {
    this.#link = link;
    this.#guard = guardFor({
      send: (stanza) => link.send(stanza),
      get jid() {
        return link.jid;
      },
    });
  }

  get jid(): Jid | undefined {
    return this.#link.jid;
  }

  open(handler: LinkHandler): Promise<Jid> {
    return this.#link.open({
      onStanza: (stanza) => {
        const given = stanza.name === "message" ? this.#guard.incoming(stanza) : stanza;
        if (given !== undefined) handler.onStanza(given);
      },
      onStatus: (status) => {
        this.#onStatus(status);
        handler.onStatus(status);
      },
    });
  }

  send(stanza: XmlElement): void {
    const sent = stanza.name === "message" ? this.#guard.outgoing(stanza) : stanza;
    if (sent !== undefined) this.#link.send(sent);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#guard.onOffline?.();
    await this.#link[Symbol.asyncDispose]();
  }

  #onStatus(status: LinkStatus): void {
    if (status.type === "online") this.#guard.onOnline?.();
    else if (status.type !== "connecting") this.#guard.onOffline?.();
  }
}

/** Commands that may travel in clear where there is no key: who lives, and how many. */
const MONITORING =
  /^(Heartbeat:.+|pong|haveStatus|reportEvent(Duration|Value)?|storeEventDetails|updateEventDetails)$/;

/**
 * Says whether a message may stay in clear when there is no key for its other end: rooms and monitors
 * have none. Jobs never may.
 *
 * @param message The message.
 * @returns True for monitoring, and for what is no command.
 */
export function mayStayClear(message: Message): boolean {
  return message.kind !== "command" || MONITORING.test(message.info.attributes["command"] ?? "");
}
