/**
 * A link to a broker in the same process: no socket and, unless asked for, no XML.
 *
 * @module
 */
import { type Clock, systemClock, type Timer } from "../../lib/clock.ts";
import { Backoff, type BackoffOptions } from "../../lib/messaging/backoff.ts";
import {
  type Link,
  type LinkHandler,
  LinkRefusedError,
  type LinkStatus,
} from "../../lib/messaging/link.ts";
import { Outbox, type OutboxOptions } from "../../lib/messaging/outbox.ts";
import type { Jid } from "../../lib/protocol/jid.ts";
import { serializeXml, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { parseXml, XmlError } from "../../lib/protocol/xml_parser.ts";
import { type Random, randomHex, systemRandom } from "../../lib/random.ts";
import { type Broker, SessionRefusedError } from "./broker.ts";
import type { Session, SessionPort } from "./session.ts";
import type { StreamErrorCondition } from "./stream_error.ts";
import { Turns } from "./turns.ts";

/** Options of {@linkcode memoryLink}. */
export interface MemoryLinkOptions {
  /** Part of the JID before `@`. */
  readonly user: string;
  /** Password; checked if given. */
  readonly password?: string | undefined;
  /** Domain that the component is configured with. Default: the broker's. */
  readonly domain?: string | undefined;
  /** Resource. Default: 32 random hexadecimal digits, kept over reconnects. */
  readonly resource?: string | undefined;
  /** Writes and parses every stanza on its way, as on a socket. Default: false. */
  readonly xml?: boolean | undefined;
  /** Stanzas kept while the link is down. Default: 10,000. */
  readonly maxOutboxStanzas?: OutboxOptions["maxItems"];
  /** Waits between attempts. Its source of chance is `random`. */
  readonly backoff?: Omit<BackoffOptions, "random"> | undefined;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Source of the resource and of the retries' jitter. Default: the system's. */
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
  readonly #backoff: Backoff;
  readonly #resource: string;
  readonly #outbox: Outbox<XmlElement>;
  readonly #turns: Turns;
  readonly #opened = Promise.withResolvers<Jid>();
  #handler: LinkHandler | undefined;
  #session: Session | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  /** When the session began. */
  #sinceMs: number | undefined;
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
    const { random = systemRandom } = options;
    this.#backoff = new Backoff({ ...options.backoff, random });
    this.#resource = options.resource ?? randomHex(random, 32);
    this.#outbox = new Outbox({ maxItems: options.maxOutboxStanzas });
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
    // Elements are shared, not copied: what counts is their number.
    if (this.#session === undefined) this.#outbox.push(stanza, 0);
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
    // What comes in meanwhile waits for the next turn.
    const count = inbox.length;
    for (let index = 0; index < count; index++) {
      const stanza = inbox[index];
      if (stanza === undefined || this.#session === undefined) return;
      try {
        this.#handler?.onStanza(stanza);
      } catch (error) {
        reportError(error);
      }
    }
    // Taking the only one out leaves the list its room; cutting it to nothing does not.
    if (inbox.length === 1) inbox.pop();
    else inbox.splice(0, count);
  }

  /** Tells of a status; an error of the handler is reported as uncaught, the link goes on. */
  #tell(status: LinkStatus): void {
    try {
      this.#handler?.onStatus(status);
    } catch (error) {
      reportError(error);
    }
  }

  #connect(): void {
    this.#retry = undefined;
    this.#tell({ type: "connecting", attempt: this.#failures + 1 });
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
    this.#session = session;
    this.#sinceMs = this.#clock.now();
    this.#broker.receive(session, xml("presence"));
    this.#tell({ type: "online", jid: session.jid });
    this.#flush();
    this.#opened.resolve(session.jid);
  }

  /** Sends what was kept, for as long as the session lasts. */
  #flush(): void {
    while (this.#session !== undefined) {
      const stanza = this.#outbox.shift();
      if (stanza === undefined) return;
      this.#pass(this.#session, stanza);
    }
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
    // A session that did not last counts as a failure: two links that quarrel over a JID both back off.
    const lastedMs = this.#sinceMs === undefined ? 0 : this.#clock.now() - this.#sinceMs;
    this.#failures = lastedMs >= this.#backoff.maxMs ? 1 : this.#failures + 1;
    this.#sinceMs = undefined;
    const delayMs = this.#backoff.nextDelayMs(this.#failures);
    if (delayMs === undefined) return this.#refuse(`Cannot stay online: ${reason}`);
    this.#retry = this.#clock.after(delayMs, () => this.#connect());
    this.#tell({ type: "offline", reason, retryMs: delayMs });
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
    this.#outbox.clear();
    this.#tell({ type: "closed", reason });
    this.#opened.reject(error);
  }
}
