/**
 * How an XMPP server is started.
 *
 * @module
 */
import type { BrokerOptions } from "./broker_options.ts";
import { SASL_MECHANISMS, type SaslMechanism } from "./sasl.ts";

/** A server's certificate and its key, in PEM. */
export interface TlsIdentity {
  /** The certificate, and those up to its issuer. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
}

/** Options of `startXmppServer`. */
export interface XmppServerOptions extends BrokerOptions {
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly hostname?: string | undefined;
  /** Port; 0 for any that is free. Default: 0. */
  readonly port?: number | undefined;
  /** Port for TLS from the first byte; 0 for any that is free. Default: none. */
  readonly tlsPort?: number | undefined;
  /** Certificate; with it STARTTLS is offered. Default: none. */
  readonly tls?: TlsIdentity | undefined;
  /** Refuses logins without TLS. Default: false. */
  readonly requireTls?: boolean | undefined;
  /**
   * Login mechanisms in the order in which they are offered. Default: all, the strongest first; PLAIN
   * alone with `autoRegister`, because the others need a password that is known before.
   */
  readonly mechanisms?: readonly SaslMechanism[] | undefined;
  /**
   * Whether stream management (XEP-0198) is offered: a client that asks for it can resume its stream on
   * another connection. Default: true.
   */
  readonly streamManagement?: boolean | undefined;
  /** Seconds that a session waits for its client after the connection broke. Default: 300, as in ejabberd. */
  readonly resumeSeconds?: number | undefined;
  /** Language of streams that name none; their stanzas get it. Default: `en`, as Prosody does. */
  readonly lang?: string | undefined;
  /** What a client may use at most. */
  readonly limits?: ServerLimits | undefined;
}

/** What a client may use at most. */
export interface ServerLimits {
  /** Bytes of one stanza. Default: 1 MiB. */
  readonly maxStanzaBytes?: number | undefined;
  /** Bytes that wait for a client that does not read; then it is cut. Default: 16 MiB. */
  readonly maxOutputBytes?: number | undefined;
  /** Stanzas that a client may leave unacknowledged; beyond, its session can't be resumed. Default: 10,000. */
  readonly maxUnackedStanzas?: number | undefined;
  /** Bytes of such stanzas. Default: 16 MiB. */
  readonly maxUnackedBytes?: number | undefined;
  /** Milliseconds until a client must have bound a resource. Default: 30,000. */
  readonly loginMs?: number | undefined;
  /** Failed logins on one connection. Default: 3. */
  readonly maxFailedLogins?: number | undefined;
  /** Connections at a time. Default: 50,000. */
  readonly maxConnections?: number | undefined;
}

/** A server's settings, defaults filled in. */
export interface ServerSettings {
  readonly streamManagement: boolean;
  readonly resumeSeconds: number;
  readonly tls: TlsIdentity | undefined;
  readonly requireTls: boolean;
  readonly mechanisms: readonly SaslMechanism[];
  readonly lang: string;
  readonly limits: { readonly [K in keyof ServerLimits]-?: number };
}

/**
 * Fills in the defaults.
 *
 * @param options What was given.
 * @returns All settings.
 * @throws {RangeError} When TLS is asked for without a certificate.
 */
export function serverSettings(options: XmppServerOptions): ServerSettings {
  const { tls, limits = {} } = options;
  if (tls === undefined && (options.requireTls === true || options.tlsPort !== undefined)) {
    throw new RangeError("Cannot offer TLS without a certificate");
  }
  return {
    streamManagement: options.streamManagement ?? true,
    resumeSeconds: options.resumeSeconds ?? 300,
    tls,
    requireTls: options.requireTls ?? false,
    mechanisms: options.mechanisms ?? (options.autoRegister === true ? ["PLAIN"] : SASL_MECHANISMS),
    lang: options.lang ?? "en",
    limits: {
      maxStanzaBytes: limits.maxStanzaBytes ?? 1 << 20,
      maxOutputBytes: limits.maxOutputBytes ?? 1 << 24,
      maxUnackedStanzas: limits.maxUnackedStanzas ?? 10_000,
      maxUnackedBytes: limits.maxUnackedBytes ?? 1 << 24,
      loginMs: limits.loginMs ?? 30_000,
      maxFailedLogins: limits.maxFailedLogins ?? 3,
      maxConnections: limits.maxConnections ?? 50_000,
    },
  };
}
