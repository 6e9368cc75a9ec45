/**
 * One client's connection: bytes in and out, and the stream on them.
 *
 * @module
 */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Timer } from "../../lib/clock.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { NS_SM, parseCount } from "../../lib/messaging/xmpp/stanza_ledger.ts";
import type { Flushable, Flusher } from "../../lib/messaging/xmpp/flusher.ts";
import { XmlError, XmlStreamParser } from "../../lib/protocol/xml_parser.ts";
import { randomUuid } from "../../lib/random.ts";
import { type Broker, SessionRefusedError } from "./broker.ts";
import {
  bindResult,
  headerFault,
  headerText,
  Negotiation,
  type NegotiationStep,
} from "./negotiation.ts";
import type { ServerSettings } from "./server_options.ts";
import type { Session, SessionPort } from "./session.ts";
import { ackText, enabledText, failedText, resumedText } from "./management_texts.ts";
import type { ManagedStream, StreamCarrier } from "./managed_stream.ts";
import { errorReply } from "./stanza_error.ts";
import type { StanzaWriter } from "./stanza_writer.ts";
import { type StreamErrorCondition, streamErrorText } from "./stream_error.ts";
import type { StreamRegistry } from "./stream_registry.ts";
import { Utf8Reader } from "./utf8_reader.ts";

/** Time for a client to close its side after the stream has ended. */
const LINGER_MS = 2000;

/** What a connection shares with all others of its server. */
export interface ConnectionContext {
  /** Where stanzas go. */
  readonly broker: Broker;
  /** What the server offers and allows. */
  readonly settings: ServerSettings;
  /** Sends the output of all connections. */
  readonly flusher: Flusher;
  /** Writes stanzas. */
  readonly writer: StanzaWriter;
  /** The streams that are managed. */
  readonly streams: StreamRegistry;
  /** Called once, when the connection is gone. */
  readonly onGone: (connection: Connection) => void;
}

/** A connection of a client. */
export class Connection implements SessionPort, StreamCarrier, Flushable {
  readonly #context: ConnectionContext;
  readonly #parser: XmlStreamParser;
  #socket: Socket;
  #utf8 = new Utf8Reader();
  /** Gone once a resource is bound. */
  #negotiation: Negotiation | undefined;
  #session: Session | undefined;
  /** What the session's stanzas go through, where the client asked for stream management. */
  #managed: ManagedStream | undefined;
  #timer: Timer | undefined;
  #lang: string;
  #headerSent = false;
  #ended = false;
  /** Output that the flusher has not sent yet. */
  #output = "";

  /**
   * @param socket The client's socket, after the handshake where it is TLS.
   * @param secure Whether it is TLS.
   * @param context What all connections share.
   */
  constructor(socket: Socket, secure: boolean, context: ConnectionContext) {
    const { broker, settings } = context;
    this.#context = context;
    this.#lang = settings.lang;
    this.#negotiation = new Negotiation(broker, settings, secure);
    this.#parser = new XmlStreamParser({
      onStart: (header) => this.#onHeader(header),
      onElement: (element) => this.#onElement(element),
      onEnd: () => this.#onEnd(),
      limits: { maxStanzaBytes: settings.limits.maxStanzaBytes },
    });
    this.#timer = broker.settings.clock.after(
      settings.limits.loginMs,
      () => this.#fail("connection-timeout"),
    );
    this.#socket = socket;
    this.#listen(socket);
  }

  get pending(): string {
    return this.#output;
  }

  deliver(stanza: XmlElement): void {
    this.write(this.#context.writer.write(stanza));
  }

  write(text: string): void {
    if (this.#ended) return;
    if (this.#output === "") this.#context.flusher.add(this);
    this.#output += text;
    // What a burst gathers before the flush waits, too.
    this.#limitOutput(this.#output.length);
  }

  end(condition: StreamErrorCondition | undefined): void {
    this.#session = undefined;
    this.#managed = undefined;
    if (condition === undefined) this.drop();
    else this.#fail(condition);
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.#ended = true;
    this.#parser.stop();
    this.#socket.destroy();
    this.#onGone();
  }

  flush(): void {
    const output = this.#output;
    this.#output = "";
    if (output === "" || this.#ended) return;
    this.#socket.write(output);
    this.#managed?.flushed(output);
    this.#limitOutput(this.#socket.writableLength);
  }

  #listen(socket: Socket): void {
    socket.on("data", (chunk: Uint8Array) => this.#onData(chunk));
    socket.on("error", () => this.drop());
    socket.on("close", () => this.#onGone());
  }

  /** Cuts a client that does not read what it is sent. */
  #limitOutput(waiting: number): void {
    if (waiting <= this.#context.settings.limits.maxOutputBytes) return;
    this.#managed?.flushed(this.#output);
    this.#output = "";
    this.#fail("policy-violation", "Too much output is waiting");
  }

  #onData(chunk: Uint8Array): void {
    if (this.#ended) return;
    try {
      this.#parser.write(this.#utf8.read(chunk));
    } catch (error) {
      if (error instanceof XmlError) this.#fail(error.code);
      else if (error instanceof TypeError) this.#fail("not-well-formed");
      else throw error;
    }
  }

  #onHeader(header: XmlElement): void {
    const { domain } = this.#context.broker.settings;
    const lang = header.attrs["xml:lang"];
    if (lang !== undefined) this.#lang = lang;
    this.write(this.#header());
    const fault = headerFault(header, domain);
    if (fault !== undefined) this.#fail(fault);
    else this.write(this.#negotiation?.features() ?? "");
  }

  /** The server's own header, which comes before anything else that it says. */
  #header(): string {
    const { domain, random } = this.#context.broker.settings;
    this.#headerSent = true;
    return headerText(randomUuid(random), domain, this.#lang);
  }

  #onElement(element: XmlElement): void {
    if (this.#session === undefined) {
      if (this.#negotiation !== undefined) this.#follow(this.#negotiation.step(element));
      return;
    }
    const { name, attrs } = element;
    if (attrs["xmlns"] === NS_SM && this.#context.settings.streamManagement) {
      return this.#manage(element, this.#session);
    }
    const isStanza = name === "message" || name === "presence" || name === "iq";
    if (isStanza && (attrs["xmlns"] ?? "jabber:client") === "jabber:client") {
      this.#context.broker.receive(this.#session, element);
      this.#managed?.count();
    } else this.#fail("unsupported-stanza-type");
  }

  #onEnd(): void {
    if (this.#ended) return;
    this.#finish("</stream:stream>");
  }

  #follow(step: NegotiationStep): void {
    switch (step.type) {
      case "reply":
        return this.write(step.reply);
      case "restart":
        this.#parser.restart();
        return this.write(step.reply);
      case "secure":
        return this.#secure(step.reply);
      case "bind":
        return this.#bind(step);
      case "resume":
        return this.#resume(step);
      case "fail":
        return this.#fail(step.condition);
    }
  }

  /** Begins TLS; what came in the same chunk after the request is dropped (CVE-2011-0411). */
  #secure(reply: string): void {
    const { tls } = this.#context.settings;
    if (tls === undefined) return;
    this.write(reply);
    this.flush();
    const plain = this.#socket;
    plain.removeAllListeners();
    this.#parser.stop();
    this.#utf8 = new Utf8Reader();
    this.#socket = new TLSSocket(plain, { isServer: true, cert: tls.cert, key: tls.key });
    this.#listen(this.#socket);
    this.#negotiation?.secured();
    queueMicrotask(() => this.#parser.restart());
  }

  #bind(step: NegotiationStep & { readonly type: "bind" }): void {
    const { user, resource, request } = step;
    const { broker } = this.#context;
    try {
      const address = this.#socket.remoteAddress;
      this.#session = broker.bind({ user, resource, port: this, lang: this.#lang, address });
    } catch (error) {
      const full = error instanceof SessionRefusedError;
      if (!full && !(error instanceof SyntaxError)) throw error;
      const refusal = errorReply(request, full ? "resource-constraint" : "bad-request");
      if (refusal !== undefined) this.deliver(refusal);
      return;
    }
    this.#settled();
    this.deliver(bindResult(request, this.#session.full));
  }

  /** The client has its session. */
  #settled(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#negotiation = undefined;
  }

  #resume(step: NegotiationStep & { readonly type: "resume" }): void {
    const { previd = "", h } = step.request.attrs;
    const { accounts, settings } = this.#context.broker;
    const bare = accounts.jidOf(step.user, settings.domain).full;
    const found = this.#context.streams.find(bare, previd);
    if (found.type === "gone") return this.write(failedText("item-not-found", found.handled));
    const { stream } = found;
    stream.leaveConnection();
    this.#settled();
    this.#session = stream.session;
    this.#managed = stream;
    if (!this.#acknowledge(stream, h)) return;
    this.write(resumedText(previd, stream.handled));
    stream.resume(this);
  }

  /** What a client with a session says of stream management. */
  #manage(element: XmlElement, session: Session): void {
    const { name, attrs } = element;
    const managed = this.#managed;
    if (name === "enable" && managed === undefined) {
      const { streams, settings } = this.#context;
      const resumable = attrs["resume"] === "true" || attrs["resume"] === "1";
      this.#managed = streams.open(session, this, resumable);
      this.write(enabledText(this.#managed.id, settings.resumeSeconds));
    } else if (name === "enable" || name === "resume") this.write(failedText("unexpected-request"));
    else if (managed !== undefined && name === "r") this.write(ackText(managed.handled));
    else if (managed !== undefined && name === "a") this.#acknowledge(managed, attrs["h"]);
    else this.#fail("unsupported-stanza-type");
  }

  /** Takes a client's count; one that cannot be ends the stream and the session. */
  #acknowledge(managed: ManagedStream, h: string | undefined): boolean {
    const count = parseCount(h);
    if (count !== undefined && managed.acknowledge(count)) return true;
    this.#fail("undefined-condition", "More stanzas are acknowledged than were sent");
    return false;
  }

  /** Ends the stream with an error. */
  #fail(condition: StreamErrorCondition, text?: string): void {
    if (this.#ended) return;
    const header = this.#headerSent ? "" : this.#header();
    this.#finish(header + streamErrorText(condition, text));
  }

  /** Sends what is left, closes this side, and the other after a while. */
  #finish(last: string): void {
    const handled = this.#managed === undefined ? "" : ackText(this.#managed.handled);
    const output = this.#output + handled + last;
    this.#managed?.flushed(this.#output);
    this.#output = "";
    this.#ended = true;
    this.#parser.stop();
    this.#leave();
    this.#timer?.cancel();
    this.#socket.end(output);
    const { clock } = this.#context.broker.settings;
    this.#timer = clock.after(LINGER_MS, () => this.#socket.destroy());
  }

  #leave(): void {
    const session = this.#session;
    const managed = this.#managed;
    this.#session = undefined;
    this.#managed = undefined;
    if (managed !== undefined) managed.close();
    else if (session !== undefined) this.#context.broker.unbind(session);
  }

  #onGone(): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    const managed = this.#managed;
    this.#managed = undefined;
    if (managed === undefined) this.#leave();
    else {
      this.#session = undefined;
      managed.detach();
    }
    this.#context.onGone(this);
  }
}
