/**
 * The seam between a component and its XMPP server.
 *
 * @module
 */
import type { Jid } from "../protocol/jid.ts";
import type { XmlElement } from "../protocol/xml.ts";

/** A change in the life of a {@linkcode Link}. */
export type LinkStatus =
  | { readonly type: "connecting"; readonly attempt: number }
  /**
   * Bound and present; `jid` is the full JID that the server gave. Where `resumed`, the session of before
   * goes on: presence and rooms are as they were, and nothing was lost.
   */
  | { readonly type: "online"; readonly jid: Jid; readonly resumed?: boolean }
  /** The connection broke or could not be made; another attempt follows after `retryMs`. */
  | { readonly type: "offline"; readonly reason: string; readonly retryMs: number }
  /** The link has given up or was closed; nothing follows. */
  | { readonly type: "closed"; readonly reason: string };

/** Who is told what a link brings. Both are called synchronously, one stanza at a time, in order. */
export interface LinkHandler {
  /** A `message`, `presence` or `iq` came in. */
  onStanza(stanza: XmlElement): void;
  /** The link's life changed. */
  onStatus(status: LinkStatus): void;
}

/** A stanza was not taken, because the queue of a link that is down is full. */
export class OutboxFullError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "OutboxFullError";
}

/** A server refused to let the link in for good: wrong password, unknown account, bad certificate. */
export class LinkRefusedError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "LinkRefusedError";
  /** Exit code of a program that ends with it: a matter of configuration. */
  readonly exitCode: number = 2;
}

/**
 * One XMPP session: stanzas out, stanzas in, its life as typed events. It reconnects by itself and
 * keeps what was sent while it was down.
 */
export interface Link extends AsyncDisposable {
  /**
   * Connects and goes on reconnecting until disposed of.
   *
   * @param handler Told of stanzas and of status changes.
   * @returns The full JID, once online for the first time.
   * @throws {LinkRefusedError} When the server refuses the account for good.
   */
  open(handler: LinkHandler): Promise<Jid>;
  /**
   * Sends a stanza, or keeps it in the outbox while the link is down.
   *
   * @throws {OutboxFullError} When the outbox is full.
   */
  send(stanza: XmlElement): void;
  /** The full JID of the session; `undefined` while offline. */
  readonly jid: Jid | undefined;
}
