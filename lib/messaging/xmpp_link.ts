/**
 * The {@linkcode Link} to a real XMPP server: @xmpp/client over TCP or TLS, with a policy of its own for
 * what the library leaves open (back-off, outbox, which failures are final).
 *
 * @module
 */
import { type Clock, systemClock, type Timer } from "../clock.ts";
import type { Jid } from "../protocol/jid.ts";
import { serializeXml, type XmlElement } from "../protocol/xml.ts";
import { type Random, randomHex, systemRandom } from "../random.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import { type Link, type LinkHandler, LinkRefusedError, type LinkStatus } from "./link.ts";
import { Outbox, type OutboxOptions } from "./outbox.ts";
import { SASL_MECHANISMS, type SaslMechanismName } from "./xmpp/sasl_mechanisms.ts";
import { ScramKeyCache } from "./xmpp/scram.ts";
import { XmppSession } from "./xmpp/session.ts";
import type { SessionOptions, TlsMode } from "./xmpp/session_options.ts";
import { StreamManagement } from "./xmpp/stream_management.ts";

export type { SaslMechanismName, TlsMode };

/** Options of {@linkcode xmppLink}. */
export interface XmppLinkOptions {
  /** Bare JID of the account; its domain is the name that the server's certificate must bear. */
  readonly jid: Jid;
  /** Password of the account. */
  readonly password: string;
  /** Host name or address to connect to. */
  readonly host: string;
  /** TCP port. Default: 5222. */
  readonly port?: number | undefined;
  /** Resource, kept over reconnects. Default: 32 random hexadecimal digits. */
  readonly resource?: string | undefined;
  /** How the connection is encrypted. Default: `"starttls-if-offered"`. */
  readonly tls?: TlsMode | undefined;
  /** Trusted certificate authorities in PEM, instead of those of the system. */
  readonly ca?: string | undefined;
  /** File of such authorities, read when the link is made. */
  readonly caFile?: string | undefined;
  /** Whether the server's certificate is verified. Default: `true`. */
  readonly verifyCertificate?: boolean | undefined;
  /** SASL mechanisms allowed, the preferred first. Default: all, the strongest first. */
  readonly mechanisms?: readonly SaslMechanismName[] | undefined;
  /**
   * Whether PLAIN may be used without TLS to another machine, which shows the password to whoever
   * listens. Default: `false`, only over TLS and on this machine.
   */
  readonly plain?: boolean | undefined;
  /** Priority of the presence, -128 to 127. Default: none is sent, which means 0. */
  readonly priority?: number | undefined;
  /**
   * Whether a broken connection is taken up where it broke (XEP-0198): nothing is lost or repeated, and
   * others don't see that it broke. Default: `"if-offered"` by the server.
   */
  readonly streamManagement?: "if-offered" | "off" | undefined;
  /**
   * Limits of what is kept while the link is down or the server doesn't read, and as much again of what
   * the server has not acknowledged.
   */
  readonly outboxLimit?: OutboxOptions | undefined;
  /** Waits between attempts. Its source of chance is {@linkcode random}. */
  readonly backoff?: Omit<BackoffOptions, "random"> | undefined;
  /** Silence after which the server is pinged, and again given up, in milliseconds. Default: 60,000. */
  readonly keepaliveMs?: number | undefined;
  /** Longest time of an attempt until online, in milliseconds. Default: 30,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Longest wait for the server's goodbye when the link is disposed of, in milliseconds. Default: 2000. */
  readonly closeTimeoutMs?: number | undefined;
  /** The clock to wait on. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Source of the resource, of nonces and of jitter. Default: the system's. */
  readonly random?: Random | undefined;
}

/**
 * Makes a link to an XMPP server. It goes online by {@linkcode Link.open}.
 *
 * Where the server has stream management and still knows the stream, a broken connection loses nothing.
 * Otherwise stanzas that were written when it broke may be lost; the link doesn't send them again, the
 * delivery layer does. What is sent once the link is closed is dropped. An error thrown by the handler
 * is reported as uncaught (`reportError`): the link itself goes on.
 *
 * @param options Where to connect to, and as whom.
 * @returns The link.
 * @throws {SyntaxError} When the password or the resource holds a forbidden character.
 * @throws {RangeError} When a limit makes no sense.
 * @throws {Deno.errors.NotFound} When there is no `caFile`.
 */
export function xmppLink(options: XmppLinkOptions): Link {
  return new XmppLink(options);
}

function sessionOptions(options: XmppLinkOptions, clock: Clock, random: Random): SessionOptions {
  const { caFile, jid } = options;
  const ca = options.ca ?? (caFile === undefined ? undefined : Deno.readTextFileSync(caFile));
  const resource = options.resource ?? randomHex(random, 32);
  const keepaliveMs = options.keepaliveMs ?? 60_000;
  const limits = options.outboxLimit;
  return {
    jid: jid.withResource(""),
    password: options.password,
    keys: new ScramKeyCache(options.password),
    host: options.host,
    port: options.port ?? 5222,
    resource: jid.withResource(resource).resource,
    tlsMode: options.tls ?? "starttls-if-offered",
    tls: { servername: jid.domain, ca, rejectUnauthorized: options.verifyCertificate ?? true },
    mechanisms: options.mechanisms ?? SASL_MECHANISMS,
    plain: options.plain ?? false,
    priority: options.priority,
    connectTimeoutMs: options.connectTimeoutMs ?? 30_000,
    keepaliveMs,
    management: options.streamManagement === "off"
      ? undefined
      : new StreamManagement({ limits, patienceMs: keepaliveMs, clock }),
    clock,
    random,
  };
}

const encoder = new TextEncoder();

class XmppLink implements Link {
  readonly #clock: Clock;
  readonly #session: SessionOptions;
  readonly #backoff: Backoff;
  readonly #outbox: Outbox<string>;
  readonly #closeTimeoutMs: number;
  readonly #opened = Promise.withResolvers<Jid>();
  #state: "new" | "open" | "closed" = "new";
  #handler: LinkHandler | undefined;
  #current: XmppSession | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  #onlineSinceMs: number | undefined;
  #jid: Jid | undefined;

  constructor(options: XmppLinkOptions) {
    const random = options.random ?? systemRandom;
    this.#clock = options.clock ?? systemClock;
    this.#session = sessionOptions(options, this.#clock, random);
    this.#backoff = new Backoff({ ...options.backoff, random });
    this.#outbox = new Outbox(options.outboxLimit);
    this.#closeTimeoutMs = options.closeTimeoutMs ?? 2000;
    // Whoever disposes of a link while it opens need not wait for the promise too.
    this.#opened.promise.catch(() => {});
  }

  get jid(): Jid | undefined {
    return this.#jid;
  }

  open(handler: LinkHandler): Promise<Jid> {
    if (this.#state !== "new") {
      return Promise.reject(
        new Error(`Cannot open link of ${this.#session.jid}: it was opened before`),
      );
    }
    this.#state = "open";
    this.#handler = handler;
    this.#connect();
    return this.#opened.promise;
  }

  send(stanza: XmlElement): void {
    if (this.#state === "closed") return;
    const text = serializeXml(stanza);
    const session = this.#current;
    // What already waits goes first.
    if (this.#outbox.length === 0 && this.#jid !== undefined && session?.writable) {
      session.write(text);
    } else this.#outbox.push(text, encoder.encode(text).length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#current;
    this.#close(new Error(`Link of ${this.#session.jid} was closed`));
    await session?.close(this.#closeTimeoutMs);
  }

  #connect(): void {
    this.#status({ type: "connecting", attempt: this.#failures + 1 });
    if (this.#state !== "open") return; // the handler has closed it
    this.#current?.destroy();
    const session = this.#current = new XmppSession(this.#session, {
      onOnline: (jid, resumed) => this.#online(jid, resumed),
      onStanza: (stanza) => this.#stanza(stanza),
      onDrain: () => this.#flush(),
      onEnd: (error) => this.#offline(error),
    });
    session.start();
  }

  #online(jid: Jid, resumed: boolean): void {
    this.#jid = jid;
    this.#onlineSinceMs = this.#clock.now();
    this.#opened.resolve(jid);
    this.#status({ type: "online", jid, ...(resumed ? { resumed } : {}) });
    this.#flush();
  }

  #offline(error: Error): void {
    this.#jid = undefined;
    if (this.#state === "closed") return;
    if (error instanceof LinkRefusedError) return this.#close(error);
    // Only a session that lasted has proved that all is well: one that is thrown out at once, as when
    // two links quarrel over a resource, goes on backing off.
    const sinceMs = this.#onlineSinceMs;
    if (sinceMs !== undefined && this.#clock.now() - sinceMs >= this.#backoff.maxMs) {
      this.#failures = 0;
    }
    this.#onlineSinceMs = undefined;
    this.#failures++;
    const retryMs = this.#backoff.nextDelayMs(this.#failures);
    if (retryMs === undefined) return this.#close(error);
    this.#retry = this.#clock.after(retryMs, () => this.#connect());
    this.#status({ type: "offline", reason: error.message, retryMs });
  }

  #close(error: Error): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#jid = undefined;
    this.#retry?.cancel();
    this.#outbox.clear();
    this.#status({ type: "closed", reason: error.message });
    this.#opened.reject(error);
  }

  #flush(): void {
    const session = this.#current;
    while (this.#outbox.length > 0 && session?.writable) {
      session.write(this.#outbox.shift() ?? "");
    }
  }

  #stanza(stanza: XmlElement): void {
    if (this.#state !== "open") return;
    try {
      this.#handler?.onStanza(stanza);
    } catch (error) {
      reportError(error);
    }
  }

  #status(status: LinkStatus): void {
    try {
      this.#handler?.onStatus(status);
    } catch (error) {
      reportError(error);
    }
  }
}
