/**
 * A link to a broker in the same process: no socket and, unless asked for, no XML.
 *
 * @module
 */
import { type Clock, systemClock, type Timer } from "../../lib/clock.ts";
import { type Link, type LinkHandler, LinkRefusedError } from "../../lib/messaging/link.ts";
import type { Jid } from "../../lib/protocol/jid.ts";
import { serializeXml, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { parseXml, XmlError } from "../../lib/protocol/xml_parser.ts";
import { type Random, randomFraction, randomHex, systemRandom } from "../../lib/random.ts";
import { type Broker, SessionRefusedError } from "./broker.ts";
import { Outbox } from "./outbox.ts";
import type { Session, SessionPort } from "./session.ts";
import type { StreamErrorCondition } from "./stream_error.ts";
import { Turns } from "./turns.ts";

/** Options of {@linkcode memoryLink}. */
export interface MemoryLinkOptions {
  /** Part of the JID before `@`. */
  readonly user: string;
  /** Password; checked if given. */
  readonly password?: string | undefined;
  /** Domain that the component is configured with. Default the broker's. */
  readonly domain?: string | undefined;
  /** Resource. Default 32 random hexadecimal digits, kept over reconnects. */
  readonly resource?: string | undefined;
  /** Writes and parses every stanza on its way, as on a socket. Default false. */
  readonly xml?: boolean | undefined;
  /** Stanzas kept while the link is down. Default 10,000. */
  readonly maxOutboxStanzas?: number | undefined;
  /** Wait before the first retry in milliseconds; doubled for each one after it. Default 1000. */
  readonly retryMs?: number | undefined;
  /** Longest wait before a retry in milliseconds. Default 60,000. */
  readonly maxRetryMs?: number | undefined;
  /** Source of time. Default the system's. */
  readonly clock?: Clock | undefined;
  /** Source of the resource and of the retries' jitter. Default the system's. */
  readonly random?: Random | undefined;
}

/** One queue of turns for all links of a broker and a clock keeps their stanzas in order. */
const turnsOf = new WeakMap<Broker, Turns>();

/**
 * Makes a link to a broker in this process.
 *
 * @param broker Where it connects.
 * @param options Who connects, and how it behaves.
 * @returns The link, not opened yet.
 */
export function memoryLink(broker: Broker, options: MemoryLinkOptions): Link {
  return new MemoryLink(broker, options);
}

class MemoryLink implements Link, SessionPort {
  readonly #broker: Broker;
  readonly #options: MemoryLinkOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #resource: string;
  readonly #outbox: Outbox;
  readonly #turns: Turns;
  readonly #opened = Promise.withResolvers<Jid>();
  #handler: LinkHandler | undefined;
  #session: Session | undefined;
  #retry: Timer | undefined;
  #attempt = 0;
  #closed = false;
  /** What came in and was not handed to the handler yet. */
  #inbox: XmlElement[] = [];
  /** Why the session ended, until the handler has been told. */
  #ended: string | undefined;
  #scheduled = false;
  readonly #turn = () => this.#run();

  constructor(broker: Broker, options: MemoryLinkOptions) {
    this.#broker = broker;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#resource = options.resource ?? randomHex(this.#random, 32);
    this.#outbox = new Outbox(options.maxOutboxStanzas ?? 10_000);
    const turns = turnsOf.get(broker) ?? new Turns(broker.settings.clock);
    turnsOf.set(broker, turns);
    this.#turns = turns;
    // Whoever opens the link awaits the promise; a link disposed of unopened rejects unheard.
    this.#opened.promise.catch(() => {});
  }

  get jid(): Jid | undefined {
    return this.#session?.jid;
  }

  open(handler: LinkHandler): Promise<Jid> {
    if (this.#handler !== undefined) throw new TypeError("Cannot open a link twice");
    if (this.#closed) throw new TypeError("Cannot open a link that was disposed of");
    this.#handler = handler;
    this.#connect();
    return this.#opened.promise;
  }

  send(stanza: XmlElement): void {
    if (this.#closed) return;
    if (this.#session === undefined) this.#outbox.keep(stanza);
    else this.#pass(this.#session, stanza);
  }

  deliver(stanza: XmlElement): void {
    this.#inbox.push(stanza);
    this.#schedule();
  }

  end(condition: StreamErrorCondition | undefined): void {
    this.#session = undefined;
    this.#inbox = [];
    this.#ended = condition ?? "connection lost";
    this.#schedule();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#close("disposed of", new Error("Cannot open the link: it was disposed of"));
    return Promise.resolve();
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#turns.defer(this.#turn);
  }

  /** One turn: connects, tells of the end of a session, or hands over what came in. */
  #run(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    if (this.#ended !== undefined) this.#lose(this.#ended);
    else if (this.#session === undefined) this.#bind();
    else this.#handOver();
  }

  #handOver(): void {
    const inbox = this.#inbox;
    this.#inbox = [];
    for (let index = 0; index < inbox.length; index++) {
      const stanza = inbox[index];
      if (stanza === undefined || this.#session === undefined) return;
      this.#handler?.onStanza(stanza);
    }
  }

  #connect(): void {
    this.#retry = undefined;
    this.#attempt++;
    this.#handler?.onStatus({ type: "connecting", attempt: this.#attempt });
    this.#schedule();
  }

  #bind(): void {
    const { user, password, domain } = this.#options;
    const { accounts, settings } = this.#broker;
    if (this.#broker.stopped) return this.#lose("the server is down");
    if (domain !== undefined && domain !== settings.domain) {
      return this.#refuse(`Cannot log in: ${domain} is not served here`);
    }
    const known = password === undefined ? accounts.enter(user) : accounts.check(user, password);
    if (!known) return this.#refuse(`Cannot log in as ${user}: not authorized`);
    let session: Session;
    try {
      session = this.#broker.bind({ user, resource: this.#resource, port: this });
    } catch (error) {
      if (error instanceof SessionRefusedError) return this.#lose(error.message);
      if (error instanceof SyntaxError) return this.#refuse(error.message);
      throw error;
    }
    this.#attempt = 0;
    this.#session = session;
    this.#broker.receive(session, xml("presence"));
    this.#handler?.onStatus({ type: "online", jid: session.jid });
    for (const stanza of this.#outbox.takeAll()) this.send(stanza);
    this.#opened.resolve(session.jid);
  }

  /** Hands a stanza to the broker. */
  #pass(session: Session, stanza: XmlElement): void {
    if (this.#options.xml !== true) return this.#broker.receive(session, stanza);
    try {
      this.#broker.receive(session, parseXml(serializeXml(stanza)));
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.#broker.unbind(session);
      this.end(error.code);
    }
  }

  /** The session ended or could not be had: try again later. */
  #lose(reason: string): void {
    this.#ended = undefined;
    // Another link has taken over this full JID; to take it back would begin an endless quarrel.
    if (reason === "conflict") return this.#refuse("Cannot stay online: conflict of resources");
    const { retryMs = 1000, maxRetryMs = 60_000 } = this.#options;
    const longest = Math.min(maxRetryMs, retryMs * 2 ** Math.max(0, this.#attempt - 1));
    const delayMs = Math.round(longest * (0.5 + randomFraction(this.#random) / 2));
    this.#retry = this.#clock.after(delayMs, () => this.#connect());
    this.#handler?.onStatus({ type: "offline", reason, retryMs: delayMs });
  }

  #refuse(reason: string): void {
    this.#close(reason, new LinkRefusedError(reason));
  }

  #close(reason: string, error: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#retry?.cancel();
    this.#turns.forget(this.#turn);
    if (this.#session !== undefined) this.#broker.unbind(this.#session);
    this.#session = undefined;
    this.#inbox = [];
    this.#outbox.takeAll();
    this.#handler?.onStatus({ type: "closed", reason });
    this.#opened.reject(error);
  }
}
