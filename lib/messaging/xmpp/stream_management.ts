/**
 * The client's side of stream management (XEP-0198): what a link knows of its stream over all connections
 * that carry it, so that a broken connection loses and repeats nothing.
 *
 * @module
 */
import type { Clock, Timer } from "../../clock.ts";
import type { Jid } from "../../protocol/jid.ts";
import { serializeXml, xml, type XmlElement } from "../../protocol/xml.ts";
import { AckRequests, type AckRequestsOptions } from "./ack_requests.ts";
import { NS_SM, parseCount, StanzaLedger, type StanzaLedgerOptions } from "./stanza_ledger.ts";

/** Asks for stream management with resumption. */
export const ENABLE: string = serializeXml(xml("enable", { xmlns: NS_SM, resume: "true" }));
/** Asks what the other side has handled. */
const REQUEST = serializeXml(xml("r", { xmlns: NS_SM }));

/** Options of {@linkcode StreamManagement}. */
export interface StreamManagementOptions {
  /** What is kept unacknowledged before the link waits for the server. */
  readonly limits?: StanzaLedgerOptions | undefined;
  /** When the server is asked what it has handled. */
  readonly requests?: Pick<AckRequestsOptions, "everyStanzas" | "delayMs"> | undefined;
  /** Longest wait for a server that acknowledges nothing, in milliseconds; then resumption is given up. */
  readonly patienceMs: number;
  /** The clock to wait on. */
  readonly clock: Clock;
}

/** The connection that carries a stream at the moment. */
export interface StreamCarrier {
  /** Sends text, after what is pending. */
  write(text: string): void;
  /** Text that waits to be written. */
  readonly pending: string;
  /** There is room again, see {@linkcode StreamManagement.full}. */
  onRoom(): void;
}

/** A stream that a server would take up again. */
interface Resumable {
  /** Its name, of the server's making. */
  readonly id: string;
  /** The full JID bound to it. */
  readonly jid: Jid;
}

/** One link's stream. It outlives connections: each takes it over by {@linkcode begin} or {@linkcode resume}. */
export class StreamManagement {
  readonly #options: StreamManagementOptions;
  #ledger: StanzaLedger;
  #resumable: Resumable | undefined;
  #carrier: StreamCarrier | undefined;
  #requests: AckRequests | undefined;
  #patience: Timer | undefined;

  /**
   * Waits for a first stream.
   *
   * @param options Limits and clock.
   */
  constructor(options: StreamManagementOptions) {
    this.#options = options;
    this.#ledger = new StanzaLedger(options.limits);
  }

  /** Whether stanzas are counted on a connection at hand. */
  get active(): boolean {
    return this.#carrier !== undefined;
  }

  /** Whether so much is unacknowledged that stanzas should wait. */
  get full(): boolean {
    return this.active && this.#ledger.full;
  }

  /** Asks to take up the stream of before; `undefined` where there is none. */
  get resumeRequest(): string | undefined {
    if (this.#resumable === undefined) return undefined;
    const attrs = { xmlns: NS_SM, h: `${this.#ledger.handled}`, previd: this.#resumable.id };
    return serializeXml(xml("resume", attrs));
  }

  /** Tells the server what was handled. */
  get acknowledgement(): string {
    return serializeXml(xml("a", { xmlns: NS_SM, h: `${this.#ledger.handled}` }));
  }

  /**
   * A new stream begins: both sides count from zero.
   *
   * @param enabled The server's `<enabled/>`.
   * @param jid The full JID bound to the stream.
   * @param carrier The connection.
   */
  begin(enabled: XmlElement, jid: Jid, carrier: StreamCarrier): void {
    const { id = "", resume } = enabled.attrs;
    this.forget();
    if (id !== "" && (resume === "true" || resume === "1")) this.#resumable = { id, jid };
    this.#attach(carrier);
  }

  /**
   * The stream of before goes on: sends again what the server has not handled.
   *
   * @param resumed The server's `<resumed/>`.
   * @param carrier The connection.
   * @returns The full JID of the stream.
   * @throws {Error} When the server's count cannot be; the stream is then forgotten.
   */
  resume(resumed: XmlElement, carrier: StreamCarrier): Jid {
    if (this.#resumable === undefined) throw new Error("Cannot resume stream: there is none");
    const { jid } = this.#resumable;
    this.#acknowledge(resumed);
    this.#attach(carrier);
    for (const text of this.#ledger.takeUnacknowledged()) this.write(text);
    return jid;
  }

  /**
   * The connection is gone; the stream may be resumed on another.
   *
   * @param carrier The connection; nothing happens if it is not the one at hand.
   */
  detach(carrier: StreamCarrier): void {
    if (this.#carrier !== carrier) return;
    this.#ledger.seal(carrier.pending);
    this.#carrier = undefined;
    this.#requests?.stop();
    this.#patience?.cancel();
    this.#patience = undefined;
  }

  /** The stream is over: it is not resumed, and what was unacknowledged is not sent again. */
  forget(): void {
    if (this.#carrier !== undefined) this.detach(this.#carrier);
    this.#resumable = undefined;
    this.#ledger = new StanzaLedger(this.#options.limits);
  }

  /** Writes a stanza, to be kept until the server has acknowledged it; only while {@linkcode active}. */
  write(text: string): void {
    if (this.#carrier === undefined) return;
    const start = this.#carrier.pending.length;
    this.#carrier.write(text);
    if (this.#resumable === undefined) return;
    this.#ledger.add(start, start + text.length);
    this.#requests?.sent();
    if (!this.#ledger.full) return;
    this.#requests?.ask();
    this.#patience ??= this.#options.clock.after(
      this.#options.patienceMs,
      () => this.#giveUpResumption(),
    );
  }

  /** What was pending on a connection is written; nothing happens if it is not the one at hand. */
  flushed(carrier: StreamCarrier, text: string): void {
    if (this.#carrier === carrier) this.#ledger.seal(text);
  }

  /** A stanza came in and is handed on. */
  received(): void {
    if (this.#carrier !== undefined) this.#ledger.count();
  }

  /** Asks for a sign of life. */
  ask(): void {
    this.#carrier?.write(REQUEST);
  }

  /**
   * Takes the server's question or its answer.
   *
   * @param element `<r/>` or `<a/>`; anything else is ignored.
   * @throws {Error} When the server's count cannot be; the stream is then forgotten.
   */
  take(element: XmlElement): void {
    if (element.name === "r") this.#carrier?.write(this.acknowledgement);
    if (element.name !== "a" || this.#resumable === undefined) return;
    this.#acknowledge(element);
    this.#requests?.answered();
    if (this.#patience === undefined || this.#ledger.full) return;
    this.#patience.cancel();
    this.#patience = undefined;
    this.#carrier?.onRoom();
  }

  #attach(carrier: StreamCarrier): void {
    if (this.#carrier !== undefined) this.detach(this.#carrier);
    this.#carrier = carrier;
    const { clock, requests } = this.#options;
    this.#requests = new AckRequests({ ...requests, clock, request: () => carrier.write(REQUEST) });
  }

  #acknowledge(element: XmlElement): void {
    const { h } = element.attrs;
    const count = parseCount(h);
    if (count !== undefined && this.#ledger.acknowledge(count)) return;
    this.forget();
    throw new Error(`Cannot trust server's count of stanzas: it says that it handled ${h}`);
  }

  /** The server goes on without acknowledging: so does the link, and forgets what it kept. */
  #giveUpResumption(): void {
    this.#patience = undefined;
    this.#resumable = undefined;
    this.#requests?.stop();
    this.#ledger.takeUnacknowledged();
    this.#carrier?.onRoom();
  }
}
