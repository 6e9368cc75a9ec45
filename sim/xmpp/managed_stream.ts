/**
 * A session's stream under stream management (XEP-0198): it counts, keeps what the client has not
 * acknowledged, and goes on without a connection for a while.
 *
 * @module
 */
import type { Timer } from "../../lib/clock.ts";
import { AckRequests } from "../../lib/messaging/xmpp/ack_requests.ts";
import type { StanzaLedger } from "../../lib/messaging/xmpp/stanza_ledger.ts";
import { xml, type XmlElement } from "../../lib/protocol/xml.ts";
import type { Broker } from "./broker.ts";
import { ACK_REQUEST } from "./management_texts.ts";
import type { Session, SessionPort } from "./session.ts";
import type { StanzaWriter } from "./stanza_writer.ts";
import type { StreamErrorCondition } from "./stream_error.ts";

/** The connection under a stream. */
export interface StreamCarrier {
  /** Sends text. */
  write(text: string): void;
  /** The stream has left this connection: it ends, with an error where there is a condition. */
  end(condition: StreamErrorCondition | undefined): void;
}

/** A stanza that the client has not acknowledged. */
export interface KeptStanza {
  /** The stanza. */
  readonly stanza: XmlElement;
  /** When it was to be delivered, in milliseconds since 1970. */
  readonly sinceMs: number;
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
  readonly ledger: StanzaLedger<KeptStanza>;
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
    const text = this.#options.writer.write(stanza);
    const sinceMs = this.#options.broker.settings.clock.now();
    this.#keep({ stanza, sinceMs }, text.length);
    this.#carrier?.write(text);
    this.#requests?.sent();
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

  /** The connection broke: the stream waits for another, if it can be resumed. */
  detach(): void {
    this.#carrier = undefined;
    this.#requests?.stop();
    if (!this.#resumable) return this.close();
    const { broker, resumeMs } = this.#options;
    this.#expiry = broker.settings.clock.after(resumeMs, () => this.close());
  }

  /** More came for an absent client than is kept. Not at once: it is the broker that delivers. */
  #endSoon(): void {
    this.#expiry?.cancel();
    this.#expiry = this.#options.broker.settings.clock.after(0, () => this.close());
  }

  /** Leaves the connection that it is on, if any, whose end was not noticed yet. */
  leaveConnection(): void {
    const old = this.#carrier;
    this.#carrier = undefined;
    this.#requests?.stop();
    old?.end(undefined);
  }

  /** Goes on by another connection: sends again what the client did not get. */
  resume(carrier: StreamCarrier): void {
    this.#expiry?.cancel();
    this.#expiry = undefined;
    this.#attach(carrier);
    for (const kept of this.#options.ledger.takeUnacknowledged()) {
      const text = this.#options.writer.write(this.#delayed(kept));
      this.#keep(kept, text.length);
      carrier.write(text);
      this.#requests?.sent();
    }
  }

  #attach(carrier: StreamCarrier): void {
    this.#carrier = carrier;
    this.#requests = new AckRequests({
      clock: this.#options.broker.settings.clock,
      request: () => carrier.write(ACK_REQUEST),
    });
  }

  #keep(kept: KeptStanza, sizeBytes: number): void {
    if (!this.#resumable) return;
    const { ledger } = this.#options;
    ledger.add(kept, sizeBytes);
    if (!ledger.full) return;
    if (this.#carrier === undefined) return this.#endSoon();
    // A client that reads but acknowledges nothing: its stream goes on, but not over a broken connection.
    this.#resumable = false;
    ledger.takeUnacknowledged();
    this.#options.onEnd(this.handled);
  }

  /** A stanza as it is sent again, stamped with its time (XEP-0203) as Prosody and ejabberd do. */
  #delayed({ stanza, sinceMs }: KeptStanza): XmlElement {
    if (stanza.name === "iq") return stanza;
    const stamp = new Date(sinceMs).toISOString();
    const from = this.#options.broker.settings.domain;
    const delay = xml("delay", { xmlns: "urn:xmpp:delay", from, stamp });
    return { ...stanza, children: [...stanza.children, delay] };
  }

  #finish(unacknowledged: "bounce" | "drop"): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#carrier = undefined;
    this.#requests?.stop();
    this.#expiry?.cancel();
    const { broker, ledger, onEnd } = this.#options;
    if (this.#resumable) onEnd(unacknowledged === "bounce" ? this.handled : undefined);
    const lost = ledger.takeUnacknowledged();
    if (unacknowledged === "bounce") { for (const { stanza } of lost) broker.bounce(stanza); }
  }
}
