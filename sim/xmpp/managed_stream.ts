/**
 * A session's stream under stream management (XEP-0198): it counts, keeps what the client has not
 * acknowledged, and goes on without a connection for a while.
 *
 * @module
 */
import type { Timer } from "../../lib/clock.ts";
import { AckRequests } from "../../lib/messaging/xmpp/ack_requests.ts";
import type { StanzaLedger } from "../../lib/messaging/xmpp/stanza_ledger.ts";
import { serializeXml, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { parseXml } from "../../lib/protocol/xml_parser.ts";
import type { Broker } from "./broker.ts";
import { ACK_REQUEST } from "./management_texts.ts";
import type { Session, SessionPort } from "./session.ts";
import type { StanzaWriter } from "./stanza_writer.ts";
import type { StreamErrorCondition } from "./stream_error.ts";

/** The connection under a stream. */
export interface StreamCarrier {
  /** Sends text, after what is pending. */
  write(text: string): void;
  /** Text that waits to be sent. */
  readonly pending: string;
  /** The stream has left this connection: it ends, with an error where there is a condition. */
  end(condition: StreamErrorCondition | undefined): void;
}

/** Options of {@linkcode ManagedStream}. */
export interface ManagedStreamOptions {
  /** Name by which the client resumes it; `undefined`: it cannot be resumed. */
  readonly id: string | undefined;
  /** The session that it carries. */
  readonly session: Session;
  /** The connection that it begins on. */
  readonly carrier: StreamCarrier;
  /** Its books; when they are full, the stream can't be resumed. */
  readonly ledger: StanzaLedger;
  /** Where the session ends, and what its client did not get goes back. */
  readonly broker: Broker;
  /** Writes stanzas. */
  readonly writer: StanzaWriter;
  /** Time that it waits for its client without a connection, in milliseconds. */
  readonly resumeMs: number;
  /**
   * Called once, when the stream can no longer be resumed; with what was handled, unless the server was
   * killed.
   */
  readonly onEnd: (handled: number | undefined) => void;
}

/** One stream, over all connections that carry it. */
export class ManagedStream implements SessionPort {
  readonly #options: ManagedStreamOptions;
  #carrier: StreamCarrier | undefined;
  #requests: AckRequests | undefined;
  #expiry: Timer | undefined;
  #resumable: boolean;
  #ended = false;

  /**
   * @param options Session, connection and limits.
   */
  constructor(options: ManagedStreamOptions) {
    this.#options = options;
    this.#resumable = options.id !== undefined;
    this.#attach(options.carrier);
  }

  /** Name by which the client resumes it. */
  get id(): string | undefined {
    return this.#options.id;
  }

  /** The session that it carries. */
  get session(): Session {
    return this.#options.session;
  }

  /** Stanzas that came from the client, as `h` tells it. */
  get handled(): number {
    return this.#options.ledger.handled;
  }

  /** Whether it waits for its client without a connection. */
  get hibernating(): boolean {
    return this.#carrier === undefined && !this.#ended;
  }

  deliver(stanza: XmlElement): void {
    if (this.#ended) return;
    if (this.#carrier === undefined) this.#store(serializeXml(this.#stamped(stanza)));
    else this.#send(this.#carrier, this.#options.writer.write(stanza));
  }

  /** The broker has ended the session: the client's connection ends with it. */
  end(condition: StreamErrorCondition | undefined): void {
    const carrier = this.#carrier;
    this.#finish(condition === undefined ? "drop" : "bounce");
    carrier?.end(condition);
  }

  /** The client has closed its stream: so ends the session. */
  close(): void {
    this.#options.broker.unbind(this.session);
    this.#finish("bounce");
  }

  /** Counts a stanza of the client's. */
  count(): void {
    this.#options.ledger.count();
  }

  /**
   * Takes what the client says that it has handled.
   *
   * @returns False where that cannot be.
   */
  acknowledge(handled: number): boolean {
    // What was not kept is not counted either.
    if (!this.#resumable) return true;
    const sound = this.#options.ledger.acknowledge(handled);
    if (sound) this.#requests?.answered();
    return sound;
  }

  /** What was pending on the connection is sent. */
  flushed(text: string): void {
    this.#options.ledger.seal(text);
  }

  /** The connection broke: the stream waits for another, if it can be resumed. */
  detach(): void {
    this.#leaveCarrier();
    if (!this.#resumable) return this.close();
    const { broker, resumeMs } = this.#options;
    this.#expiry = broker.settings.clock.after(resumeMs, () => this.close());
  }

  /** Leaves the connection that it is on, if any, whose end was not noticed yet. */
  leaveConnection(): void {
    this.#leaveCarrier()?.end(undefined);
  }

  /** Goes on by another connection: sends again what the client did not get. */
  resume(carrier: StreamCarrier): void {
    this.#expiry?.cancel();
    this.#expiry = undefined;
    this.#attach(carrier);
    for (const text of this.#options.ledger.takeUnacknowledged()) this.#send(carrier, text);
  }

  #attach(carrier: StreamCarrier): void {
    this.#carrier = carrier;
    this.#requests = new AckRequests({
      clock: this.#options.broker.settings.clock,
      request: () => carrier.write(ACK_REQUEST),
    });
  }

  #leaveCarrier(): StreamCarrier | undefined {
    const carrier = this.#carrier;
    if (carrier !== undefined) this.flushed(carrier.pending);
    this.#carrier = undefined;
    this.#requests?.stop();
    return carrier;
  }

  /** Sends a stanza, and keeps it until the client has acknowledged it. */
  #send(carrier: StreamCarrier, text: string): void {
    const start = carrier.pending.length;
    carrier.write(text);
    if (!this.#resumable) return;
    const { ledger, onEnd } = this.#options;
    ledger.add(start, start + text.length);
    this.#requests?.sent();
    if (!ledger.full) return;
    // A client that reads but acknowledges nothing: its stream goes on, but not over a broken connection.
    this.#resumable = false;
    ledger.takeUnacknowledged();
    onEnd(this.handled);
  }

  /** Keeps a stanza for an absent client. */
  #store(text: string): void {
    const { ledger, broker } = this.#options;
    ledger.add(0, text.length);
    ledger.seal(text);
    if (!ledger.full) return;
    // Not at once: it is the broker that delivers.
    this.#expiry?.cancel();
    this.#expiry = broker.settings.clock.after(0, () => this.close());
  }

  /** A stanza for an absent client, stamped with the time when it came (XEP-0203). */
  #stamped(stanza: XmlElement): XmlElement {
    if (stanza.name === "iq") return stanza;
    const { clock, domain: from } = this.#options.broker.settings;
    const stamp = new Date(clock.now()).toISOString();
    const delay = xml("delay", { xmlns: "urn:xmpp:delay", from, stamp });
    return { ...stanza, children: [...stanza.children, delay] };
  }

  #finish(unacknowledged: "bounce" | "drop"): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#leaveCarrier();
    this.#expiry?.cancel();
    const { broker, ledger, onEnd } = this.#options;
    if (this.#resumable) onEnd(unacknowledged === "bounce" ? this.handled : undefined);
    const lost = ledger.takeUnacknowledged();
    if (unacknowledged === "bounce") { for (const text of lost) broker.bounce(parseXml(text)); }
  }
}
