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
import { serializeXml, textOf, xml, type XmlElement } from "../../protocol/xml.ts";
import { XmlError } from "../../protocol/xml_parser.ts";
import { randomHex } from "../../random.ts";
import { LinkRefusedError } from "../link.ts";
import { Keepalive } from "./keepalive.ts";
import { judgeFailure } from "./refusal.ts";
import { SaslMechanisms } from "./sasl_mechanisms.ts";
import type { SessionHandler, SessionOptions } from "./session_options.ts";
import { NS_TLS, startTls } from "./starttls.ts";
import { StreamClient } from "./stream_client.ts";
import { NS_STREAM } from "./stream_parser.ts";

const NS_SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
const NS_SESSION = "urn:ietf:params:xml:ns:xmpp-session";
const NS_BIND = "urn:ietf:params:xml:ns:xmpp-bind";
const NS_PING = "urn:xmpp:ping";
const NS_STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams";
/** Stanzas kept that come between bind and online; a server sends none or a few. */
const MOST_EARLY = 256;

/** Condition and text of a stream error. */
function conditionOf(error: XmlElement): string {
  const words = error.children.map((child) =>
    typeof child === "string" || child.name !== "text" ? "" : textOf(child)
  );
  const condition = error.children.find((child) => typeof child !== "string");
  const name = typeof condition === "object" ? condition.name : "undefined-condition";
  return [name, ...words].filter((word) => word !== "").join(", ").slice(0, 200);
}

function streamErrorOf(error: XmlError): string {
  const condition = xml(error.code, { xmlns: NS_STREAM_ERRORS });
  return `${serializeXml(xml("stream:error", {}, condition))}</stream:stream>`;
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
    return this.#state === "online" && this.#client.socket?.saturated === false;
  }

  /** Writes a serialized stanza; only where {@linkcode writable}. */
  write(text: string): void {
    this.#client.socket?.write(text);
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
    this.#stop("closing");
    this.write("<presence type='unavailable'/></stream:stream>");
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
    const error = judgeFailure(thrown);
    this.#stop("ended");
    this.#release(error);
    const socket = this.#client.socket;
    const lastWords = error instanceof XmlError ? streamErrorOf(error) : farewell;
    if (lastWords === "") socket?.destroy();
    else {
      socket?.write(lastWords);
      socket?.destroySoon();
    }
    if (!told) this.#handler.onEnd(error);
  }

  #stop(state: "closing" | "ended"): void {
    this.#state = state;
    this.#connectTimer?.cancel();
    this.#keepalive?.stop();
  }

  /** Rejects whatever the library still waits for, and so clears its timers. */
  #release(error: Error): void {
    this.#client._detachParser();
    this.#client.emit("error", error);
    for (const request of this.#iqCaller.handlers.values()) request.reject(error);
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

  async #settleIn(): Promise<void> {
    if (this.#wantsSession) await this.#iqCaller.set(xmlElement("session", { xmlns: NS_SESSION }));
    if (this.#state !== "starting") return;
    const { clock, keepaliveMs, priority } = this.#options;
    const jid = Jid.parse(String(this.#client.jid));
    this.write(serializeXml(
      priority === undefined
        ? xml("presence")
        : xml("presence", {}, xml("priority", {}, String(priority))),
    ));
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
    this.#handler.onOnline(jid);
    for (const stanza of this.#early.splice(0)) this.#handler.onStanza(stanza);
  }

  #ping(): void {
    const attrs = { type: "get", to: this.#options.jid.domain, id: this.#pingId };
    this.write(serializeXml(xml("iq", attrs, xml("ping", { xmlns: NS_PING }))));
  }

  /** Takes what is not for the library; of the stanzas, that is all but answers to its requests. */
  #take(element: XmlElement): boolean {
    const { name, attrs } = element;
    if (name === "iq" && (attrs.type === "result" || attrs.type === "error")) {
      if (this.#iqCaller.handlers.has(attrs.id ?? "")) return false;
      if (attrs.id === this.#pingId) return true;
    }
    if (name === "message" || name === "presence" || name === "iq") {
      if (this.#state === "online") this.#handler.onStanza(element);
      else if (this.#state === "starting") this.#keepEarly(element);
      return true;
    }
    if (name !== "error" && !name.endsWith(":error")) return false;
    this.fail(new Error(`Server ended the stream: ${conditionOf(element)}`), "</stream:stream>");
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
