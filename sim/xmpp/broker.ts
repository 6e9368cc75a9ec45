/**
 * The heart of the XMPP server: sessions and the ways of stanzas between them (RFC 6121, 8). It works
 * on elements and knows no sockets.
 *
 * @module
 */
import { type Jid, tryParseJid } from "../../lib/protocol/jid.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { randomUuid } from "../../lib/random.ts";
import { Accounts } from "./accounts.ts";
import { type BrokerOptions, type BrokerSettings, brokerSettings } from "./broker_options.ts";
import { answerServerIq, isRequest } from "./iq.ts";
import { knownParts } from "./known_parts.ts";
import { MucService } from "./muc.ts";
import { OfflineStore } from "./offline_store.ts";
import { PresenceRouter } from "./presence.ts";
import { Session, type SessionPort } from "./session.ts";
import type { Switchboard } from "./switchboard.ts";
import { errorReply, type StanzaErrorCondition } from "./stanza_error.ts";

export type { BrokerOptions, Delivery } from "./broker_options.ts";

/** The broker took no session; the text says why. */
export class SessionRefusedError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "SessionRefusedError";
}

/** What a session is bound with. */
export interface BindOptions {
  /** Who; must be known to the broker's accounts. */
  readonly user: string;
  /** Resource that the client asks for. Default: one of the broker's making. */
  readonly resource?: string | undefined;
  /** What carries the session's stanzas. */
  readonly port: SessionPort;
  /** Language of the stream, given to its stanzas. Default: none. */
  readonly lang?: string | undefined;
  /** IP address of the client. Default: it is in this process. */
  readonly address?: string | undefined;
}

/** Routes stanzas between sessions. */
export class Broker implements Switchboard {
  /** Settings, defaults filled in. */
  readonly settings: BrokerSettings;
  /** Who may log in. */
  readonly accounts: Accounts;
  readonly #byFull = new Map<string, Session>();
  readonly #byBare = new Map<string, Session[]>();
  readonly #offline: OfflineStore;
  readonly #presence: PresenceRouter;
  readonly #muc: MucService;
  #stopped = false;

  /**
   * Ready for sessions at once; sockets are their business.
   *
   * @param options The domain, its accounts and how it behaves.
   */
  constructor(options: BrokerOptions) {
    this.settings = brokerSettings(options);
    this.accounts = new Accounts(options);
    this.#offline = new OfflineStore(this.settings);
    this.#muc = new MucService(this);
    this.#presence = new PresenceRouter(this, this.#muc);
  }

  /** Number of sessions. */
  get sessionCount(): number {
    return this.#byFull.size;
  }

  /** All sessions, in the order in which they began. */
  sessions(): Iterable<Session> {
    return this.#byFull.values();
  }

  /** Whether the broker takes no sessions, see {@linkcode stop}. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Begins a session. An older one of the same full JID ends with a conflict.
   *
   * @param options Who, and what carries the stanzas.
   * @returns The session, not available before its first presence.
   * @throws {SessionRefusedError} When the broker is stopped or the user has too many sessions.
   * @throws {SyntaxError} When user or resource cannot be part of a JID.
   */
  bind(options: BindOptions): Session {
    if (this.#stopped) throw new SessionRefusedError("Cannot bind a session: the server is down");
    const resource = options.resource || randomUuid(this.settings.random);
    const jid = this.accounts.jidOf(options.user, this.settings.domain).withResource(resource);
    const old = this.#byFull.get(jid.full);
    if (old !== undefined) {
      this.unbind(old);
      old.port.end("conflict");
    }
    const sessions = this.#byBare.get(jid.bare) ?? [];
    if (sessions.length >= this.settings.maxSessionsPerUser) {
      throw new SessionRefusedError(`Cannot bind ${jid.full}: too many sessions`);
    }
    const session = new Session(jid, options.port, options.lang, options.address);
    sessions.push(session);
    this.#byBare.set(jid.bare, sessions);
    this.#byFull.set(jid.full, session);
    return session;
  }

  /** Ends a session: its presence is taken back. Does nothing if it has ended already. */
  unbind(session: Session): void {
    if (this.#byFull.get(session.full) !== session) return;
    this.#presence.withdraw(session, undefined);
    this.#byFull.delete(session.full);
    const sessions = this.#byBare.get(session.bare) ?? [];
    if (sessions.length <= 1) this.#byBare.delete(session.bare);
    else sessions.splice(sessions.indexOf(session), 1);
  }

  /** Drops every session at once, as a crash does; rooms and stored messages are forgotten. */
  kill(): void {
    const sessions = [...this.#byFull.values()];
    this.#byFull.clear();
    this.#byBare.clear();
    this.#muc.clear();
    this.#offline.clear();
    for (const session of sessions) session.port.end(undefined);
  }

  /** Drops every session and takes none until {@linkcode start}. */
  stop(): void {
    this.#stopped = true;
    this.kill();
  }

  /** Takes sessions again. */
  start(): void {
    this.#stopped = false;
  }

  /**
   * Takes a stanza from a client. The sender is stamped: a client cannot speak for another.
   *
   * @param session Where it comes from.
   * @param stanza A `message`, `presence` or `iq`; others are dropped.
   */
  receive(session: Session, stanza: XmlElement): void {
    if (this.#byFull.get(session.full) !== session) return;
    const attrs: Record<string, string> = { ...stanza.attrs, from: session.full };
    if (session.lang !== undefined) attrs["xml:lang"] ??= session.lang;
    const stamped = { name: stanza.name, attrs, children: stanza.children };
    const to = attrs["to"];
    if (stanza.name === "message") {
      const passed = this.settings.passes === "known" ? knownParts(stamped) : stamped;
      this.#message(session, passed, to ?? session.bare);
    } else if (stanza.name === "presence") this.#presence.receive(session, stamped, to);
    else if (stanza.name === "iq") this.#iq(session, stamped, to);
  }

  session(full: string): Session | undefined {
    return this.#byFull.get(full);
  }

  sessionsOf(bare: string): readonly Session[] {
    return this.#byBare.get(bare) ?? [];
  }

  /** Hands stored messages to a session that has become available. */
  deliverStored(session: Session): void {
    for (const stanza of this.#offline.take(session.bare)) session.port.deliver(stanza);
  }

  /** Turns a stanza down, if it may be answered. */
  refuse(
    session: Session,
    stanza: XmlElement,
    condition: StanzaErrorCondition,
    text?: string,
  ): void {
    const reply = errorReply(stanza, condition, text);
    if (reply !== undefined) session.port.deliver(reply);
  }

  /** Sends a message or a request back that its receiver's client never got. */
  bounce(stanza: XmlElement): void {
    const sender = this.#byFull.get(stanza.attrs["from"] ?? "");
    const type = stanza.attrs["type"];
    const awaited = stanza.name === "iq" ||
      stanza.name === "message" && type !== "groupchat" && type !== "headline";
    if (sender !== undefined && awaited) this.refuse(sender, stanza, "recipient-unavailable");
  }

  /** Reads an address; answers with an error where it is none. */
  address(session: Session, stanza: XmlElement, to: string): Jid | undefined {
    const jid = tryParseJid(to);
    if (jid === undefined) this.refuse(session, stanza, "jid-malformed");
    return jid;
  }

  #message(session: Session, stanza: XmlElement, to: string): void {
    // Most messages go to a full JID written as the broker wrote it: no need to take it apart.
    const direct = this.#byFull.get(to);
    if (direct !== undefined) return direct.port.deliver(stanza);
    const jid = this.address(session, stanza, to);
    if (jid === undefined) return;
    if (jid.domain === this.settings.mucDomain) return this.#muc.message(session, stanza, jid);
    if (jid.domain !== this.settings.domain || jid.local === "") {
      return this.refuse(session, stanza, "service-unavailable");
    }
    const target = this.#byFull.get(jid.full);
    if (target !== undefined) target.port.deliver(stanza);
    else this.#messageToUser(session, stanza, jid);
  }

  /** A message to a bare JID, or to a resource that is not there (RFC 6121, 8.5.2 and 8.5.3.2). */
  #messageToUser(session: Session, stanza: XmlElement, jid: Jid): void {
    const type = stanza.attrs["type"] ?? "normal";
    if (type === "error") return;
    if (jid.resource !== "" && (type === "headline" || type === "groupchat")) return;
    if (type === "groupchat") return this.refuse(session, stanza, "service-unavailable");
    const targets = this.#targets(jid.bare, type);
    if (targets.length > 0) {
      for (const target of targets) target.port.deliver(stanza);
    } else if (type === "headline") {
      return;
    } else if (!this.accounts.has(jid.local) || !this.#offline.keep(jid.bare, stanza)) {
      this.refuse(session, stanza, "service-unavailable");
    }
  }

  /** Who gets a message to a bare JID. */
  #targets(bare: string, type: string): readonly Session[] {
    const sessions = this.#byBare.get(bare);
    if (sessions === undefined) return [];
    const available = sessions.filter((session) => session.available);
    if (available.length <= 1 || type === "headline") return available;
    const highest = Math.max(...available.map((session) => session.priority));
    const top = available.filter((session) => session.priority === highest);
    // Sessions stand in the order they began: the last is the most recent.
    return this.settings.delivery === "all-resources" ? top : top.slice(-1);
  }

  #iq(session: Session, stanza: XmlElement, to: string | undefined): void {
    const direct = to === undefined ? undefined : this.#byFull.get(to);
    if (direct !== undefined && stanza.attrs["id"] !== undefined) {
      return direct.port.deliver(stanza);
    }
    const jid = to === undefined ? session.jid : this.address(session, stanza, to);
    if (jid === undefined) return;
    if (stanza.attrs["id"] === undefined) return this.refuse(session, stanza, "bad-request");
    if (jid.domain === this.settings.mucDomain) return this.#muc.iq(session, stanza, jid);
    if (!isRequest(stanza)) {
      const type = stanza.attrs["type"];
      if (type !== "result" && type !== "error") this.refuse(session, stanza, "bad-request");
      return;
    }
    const toServer = to === undefined || jid.full === this.settings.domain ||
      jid.full === session.bare;
    const reply = toServer ? answerServerIq(this.settings, session, stanza) : undefined;
    if (reply === undefined) this.refuse(session, stanza, "service-unavailable");
    else session.port.deliver(reply);
  }
}
