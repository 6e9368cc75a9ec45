/**
 * One XMPP session from the first byte to the last, composed of the parts of @xmpp/client that are
 * needed. It never reconnects: a link makes a new one.
 *
 * @module
 */
/// <reference path="../../../types/xmpp.d.ts" />
import makeIqCaller, { type IqCaller } from "@xmpp/iq/caller";
import makeMiddleware, { type Context, type Next } from "@xmpp/middleware";
import bindResource from "@xmpp/resource-binding";
import sasl from "@xmpp/sasl";
import makeStreamFeatures from "@xmpp/stream-features";
import xmlElement, { type Element } from "@xmpp/xml";
import type { Timer } from "../../clock.ts";
import { Jid } from "../../protocol/jid.ts";
import { serializeXml, xml, type XmlElement } from "../../protocol/xml.ts";
import { XmlError } from "../../protocol/xml_parser.ts";
import { randomHex } from "../../random.ts";
import { LinkRefusedError } from "../link.ts";
import { Keepalive } from "./keepalive.ts";
import { judgeFailure } from "./refusal.ts";
import { SaslMechanisms } from "./sasl_mechanisms.ts";
import type { SessionHandler, SessionOptions } from "./session_options.ts";
import { NS_SM } from "./stanza_ledger.ts";
import { NS_TLS, startTls } from "./starttls.ts";
import { StreamClient } from "./stream_client.ts";
import { conditionOf, streamErrorOf } from "./stream_errors.ts";
import { ENABLE, type StreamCarrier } from "./stream_management.ts";
import { NS_STREAM } from "./stream_parser.ts";
import type { StreamSocket } from "./stream_socket.ts";

const NS_SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
const NS_SESSION = "urn:ietf:params:xml:ns:xmpp-session";
const NS_BIND = "urn:ietf:params:xml:ns:xmpp-bind";
const NS_PING = "urn:xmpp:ping";
/** Stanzas kept that come between bind and online; a server sends none or a few. */
const MOST_EARLY = 256;

function carrierOn(socket: StreamSocket, onRoom: () => void): StreamCarrier {
  return {
    write: (text) => socket.write(text),
    get pending() {
      return socket.pending;
    },
    onRoom,
  };
}

/** One session. Every failure, in any phase, ends in one call of {@linkcode SessionHandler.onEnd}. */
export class XmppSession {
  readonly #options: SessionOptions;
  readonly #handler: SessionHandler;
  readonly #client: StreamClient;
  readonly #iqCaller: IqCaller;
  readonly #mechanisms: SaslMechanisms;
  readonly #pingId: string;
  readonly #early: XmlElement[] = [];
  readonly #closed = Promise.withResolvers<void>();
  #state: "starting" | "online" | "closing" | "ended" = "starting";
  #authenticated = false;
  #wantsSession = false;
  #offersManagement = false;
  /** What the server was asked for, until it has answered. */
  #asked:
    | { readonly for: "enabled" | "resumed"; answer: PromiseWithResolvers<boolean> }
    | undefined;
  /** The connection as stream management sees it, from the moment when stanzas count. */
  #carrier: StreamCarrier | undefined;
  #keepalive: Keepalive | undefined;
  #connectTimer: Timer | undefined;

  /**
   * Composes a session; {@linkcode start} begins it.
   *
   * @param options Where to connect to, and as whom.
   * @param handler Told of the session's life.
   */
  constructor(options: SessionOptions, handler: SessionHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#pingId = `ping-${randomHex(options.random, 16)}`;
    this.#mechanisms = new SaslMechanisms({ ...options, username: options.jid.local });
    const { host, port, tls, tlsMode } = options;
    const client = this.#client = new StreamClient({
      domain: options.jid.domain,
      timeoutMs: options.connectTimeoutMs,
      target: { host, port, tls: tlsMode === "direct" ? tls : undefined },
      onData: () => this.#keepalive?.heard(),
      intercept: (element) => this.#take(element),
    });
    const middleware = makeMiddleware({ entity: client });
    const streamFeatures = makeStreamFeatures({ middleware });
    middleware.use((context, next) => this.#checkFeatures(context, next));
    if (tlsMode !== "off") {
      startTls({ streamFeatures, socket: () => client.socket, tls });
    }
    sasl({ streamFeatures, saslFactory: this.#mechanisms }, (authenticate, [best = ""]) => {
      return authenticate({ username: options.jid.local, password: options.password }, best);
    });
    this.#iqCaller = makeIqCaller({ middleware, entity: client });
    streamFeatures.use("sm", NS_SM, (_context, next) => this.#resumeOr(next));
    bindResource({ streamFeatures, iqCaller: this.#iqCaller }, options.resource);
    client.on("error", (error) => this.fail(error));
    client.on("online", () => this.#settleIn().catch((error) => this.fail(error)));
    client.on("nonza", (element: Element) => this.#checkSuccess(element));
    client.on("close", () => this.#streamEnded());
    client.on("disconnect", () => this.#disconnected());
  }

  /** Connects, logs in, binds. */
  start(): void {
    const { clock, connectTimeoutMs, host, port } = this.#options;
    this.#connectTimer = clock.after(connectTimeoutMs, () => {
      this.fail(new Error(`Cannot log in at ${host}:${port}: no end after ${connectTimeoutMs} ms`));
    });
    this.#client.begin().catch((error) => this.fail(error));
  }

  /** Whether a stanza can be written now. */
  get writable(): boolean {
    return this.#state === "online" && this.#client.socket?.saturated === false &&
      this.#options.management?.full !== true;
  }

  /** Writes a serialized stanza; only where {@linkcode writable}. */
  write(text: string): void {
    const { management } = this.#options;
    if (management?.active) management.write(text);
    else this.#client.socket?.write(text);
  }

  /**
   * Says goodbye and closes.
   *
   * @param timeoutMs Longest wait for the server's goodbye, in milliseconds.
   * @returns A promise that resolves once the socket is closed.
   */
  async close(timeoutMs: number): Promise<void> {
    if (this.#state !== "online") {
      this.destroy();
      return await this.#closed.promise;
    }
    const { management } = this.#options;
    const handled = management?.active ? management.acknowledgement : "";
    this.#stop("closing");
    this.#client.socket?.write(`${handled}<presence type='unavailable'/></stream:stream>`);
    const timer = this.#options.clock.after(timeoutMs, () => this.destroy());
    await this.#closed.promise;
    timer.cancel();
  }

  /** Closes at once, without a word to anybody. */
  destroy(): void {
    this.#stop("ended");
    this.#release(new Error("Session is closed"));
    const socket = this.#client.socket;
    if (socket === null) this.#closed.resolve();
    else socket.destroy();
  }

  /**
   * Ends the session because of an error; later calls do nothing.
   *
   * @param thrown What was caught.
   * @param farewell Text to send before closing.
   */
  fail(thrown: unknown, farewell = ""): void {
    if (this.#state === "ended") return;
    const told = this.#state === "closing";
    const online = this.#state === "online";
    const error = judgeFailure(thrown);
    this.#stop("ended");
    this.#release(error);
    const socket = this.#client.socket;
    const lastWords = error instanceof XmlError ? streamErrorOf(error) : farewell;
    if (lastWords === "") socket?.destroy();
    else {
      // A stream that was closed is over, and to resume it might bring again what it broke on.
      if (online) this.#options.management?.forget();
      socket?.write(lastWords);
      socket?.destroySoon();
    }
    if (!told) this.#handler.onEnd(error);
  }

  #stop(state: "closing" | "ended"): void {
    this.#state = state;
    this.#connectTimer?.cancel();
    this.#keepalive?.stop();
    if (this.#carrier !== undefined) this.#options.management?.detach(this.#carrier);
  }

  /** Rejects whatever the library still waits for, and so clears its timers. */
  #release(error: Error): void {
    this.#client._detachParser();
    this.#client.emit("error", error);
    for (const request of this.#iqCaller.handlers.values()) request.reject(error);
    this.#asked?.answer.reject(error);
  }

  /** Looks at the features that the server announces before anybody acts on them. */
  #checkFeatures({ stanza, entity }: Context, next: Next): unknown {
    if (!stanza.is("features", NS_STREAM)) return next();
    const { tlsMode, plain, jid } = this.#options;
    const secure = entity.isSecure();
    const offersTls = stanza.getChild("starttls", NS_TLS) !== undefined;
    if (!secure && offersTls && tlsMode !== "off") return next();
    if (!secure && tlsMode === "require-starttls") {
      throw new LinkRefusedError(`Cannot log in as ${jid}: server offers no STARTTLS`);
    }
    if (!this.#authenticated) {
      this.#mechanisms.plainAllowed = plain || secure || this.#client.socket?.loopback === true;
      this.#checkMechanisms(stanza);
    } else if (stanza.getChild("bind", NS_BIND) === undefined) {
      throw new Error(`Cannot log in as ${jid}: server offers no binding`);
    }
    const session = stanza.getChild("session", NS_SESSION);
    this.#wantsSession = session !== undefined && session.getChild("optional") === undefined;
    this.#offersManagement = stanza.getChild("sm", NS_SM) !== undefined;
    return next();
  }

  #checkMechanisms(features: Element): void {
    const offered = features.getChild("mechanisms", NS_SASL)?.getChildren("mechanism")
      .map((mechanism) => mechanism.text()) ?? [];
    const { jid } = this.#options;
    if (offered.length === 0) throw new Error(`Cannot log in as ${jid}: server offers no login`);
    const { names } = this.#mechanisms;
    if (names.some((name) => offered.includes(name))) return;
    throw new LinkRefusedError(
      `Cannot log in as ${jid}: server offers ${offered.join(", ").slice(0, 200)}, ` +
        `and allowed here is ${names.join(", ") || "nothing"}`,
    );
  }

  /** @xmpp/sasl doesn't look at what comes with success: the server's proof of its identity. */
  #checkSuccess(element: Element): void {
    if (!element.is("success", NS_SASL)) return;
    this.#mechanisms.succeed(element.text());
    this.#authenticated = true;
  }

  /** Takes up the stream of before if the server still has it; otherwise a resource is bound. */
  async #resumeOr(next: Next): Promise<void> {
    const request = this.#authenticated ? this.#options.management?.resumeRequest : undefined;
    if (request !== undefined && await this.#ask("resumed", request)) return;
    await next();
  }

  /** Bound to a new resource: asks for what goes with it. */
  async #settleIn(): Promise<void> {
    const { management } = this.#options;
    management?.forget();
    if (this.#wantsSession) await this.#iqCaller.set(xmlElement("session", { xmlns: NS_SESSION }));
    if (this.#state !== "starting") return;
    // Nothing is sent before the answer: both sides must count from the same stanza on.
    const wanted = management !== undefined && this.#offersManagement;
    if (wanted && await this.#ask("enabled", ENABLE)) return;
    if (this.#state === "starting") this.#enter(Jid.parse(String(this.#client.jid)), false);
  }

  /** Asks the server for something of stream management; false where it says no. */
  #ask(what: "enabled" | "resumed", request: string): Promise<boolean> {
    const answer = Promise.withResolvers<boolean>();
    this.#asked = { for: what, answer };
    this.#client.socket?.write(request);
    return answer.promise;
  }

  /** The session is up. */
  #enter(jid: Jid, resumed: boolean): void {
    const { clock, keepaliveMs, priority } = this.#options;
    this.#connectTimer?.cancel();
    this.#state = "online";
    this.#keepalive = new Keepalive({
      clock,
      intervalMs: keepaliveMs,
      ping: () => this.#ping(),
      dead: () =>
        this.fail(new Error(`Server is silent: no answer to a ping in ${keepaliveMs} ms`)),
    });
    this.#client.socket?.on("drain", () => this.#handler.onDrain());
    if (!resumed) {
      const told = priority === undefined ? [] : [xml("priority", {}, String(priority))];
      this.write(serializeXml(xml("presence", {}, ...told)));
    }
    this.#handler.onOnline(jid, resumed);
    for (const stanza of this.#early.splice(0)) this.#handler.onStanza(stanza);
  }

  #ping(): void {
    const { management } = this.#options;
    if (management?.active) return management.ask();
    const attrs = { type: "get", to: this.#options.jid.domain, id: this.#pingId };
    this.write(serializeXml(xml("iq", attrs, xml("ping", { xmlns: NS_PING }))));
  }

  /** Takes what is not for the library; of the stanzas, that is all but answers to its requests. */
  #take(element: XmlElement): boolean {
    const { name, attrs } = element;
    if (attrs.xmlns === NS_SM) return this.#takeManagement(element);
    if (name === "iq" && (attrs.type === "result" || attrs.type === "error")) {
      if (this.#iqCaller.handlers.has(attrs.id ?? "")) return false;
      if (attrs.id === this.#pingId) return true;
    }
    if (name === "message" || name === "presence" || name === "iq") {
      if (this.#state === "online") {
        this.#options.management?.received();
        this.#handler.onStanza(element);
      } else if (this.#state === "starting") this.#keepEarly(element);
      return true;
    }
    if (name !== "error" && !name.endsWith(":error")) return false;
    this.fail(new Error(`Server ended the stream: ${conditionOf(element)}`), "</stream:stream>");
    return true;
  }

  /** Takes what belongs to stream management, at once: what follows in the same chunk counts. */
  #takeManagement(element: XmlElement): true {
    const { management } = this.#options;
    const asked = this.#asked;
    const granted = element.name === asked?.for;
    if (management === undefined) return true;
    if (asked === undefined || !granted && element.name !== "failed") {
      management.take(element);
      return true;
    }
    this.#asked = undefined;
    asked.answer.resolve(granted);
    const { socket } = this.#client;
    if (!granted || socket === null) return true;
    const carrier = this.#carrier = carrierOn(socket, () => this.#handler.onDrain());
    socket.on("flush", (text: string) => management.flushed(carrier, text));
    if (asked.for === "resumed") this.#enter(management.resume(element, carrier), true);
    else {
      const jid = Jid.parse(String(this.#client.jid));
      management.begin(element, jid, carrier);
      this.#enter(jid, false);
    }
    return true;
  }

  #keepEarly(stanza: XmlElement): void {
    if (this.#early.length >= MOST_EARLY) throw new Error("Too many stanzas before login");
    this.#early.push(stanza);
  }

  #streamEnded(): void {
    if (this.#state === "closing") this.destroy();
    else this.fail(new Error("Server closed the stream"), "</stream:stream>");
  }

  #disconnected(): void {
    this.#closed.resolve();
    this.fail(new Error("Connection is closed"));
  }
}
