/**
 * What a session is told, and whom it tells.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { Jid } from "../../protocol/jid.ts";
import type { XmlElement } from "../../protocol/xml.ts";
import type { Random } from "../../random.ts";
import type { SaslMechanismName } from "./sasl_mechanisms.ts";
import type { ScramKeyCache } from "./scram.ts";
import type { StreamManagement } from "./stream_management.ts";
import type { TlsParameters } from "./stream_socket.ts";

/** How a connection is encrypted. */
export type TlsMode = "starttls-if-offered" | "require-starttls" | "direct" | "off";

/** Options of a session; a link fills them in. */
export interface SessionOptions {
  /** Bare JID of the account. */
  readonly jid: Jid;
  /** Password of the account. */
  readonly password: string;
  /** Keys of the password. */
  readonly keys: ScramKeyCache;
  /** Host name or address to connect to. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** Resource to ask for. */
  readonly resource: string;
  /** How the connection is encrypted. */
  readonly tlsMode: TlsMode;
  /** What is expected of the server's certificate. */
  readonly tls: TlsParameters;
  /** SASL mechanisms allowed, the preferred first. */
  readonly mechanisms: readonly SaslMechanismName[];
  /** Whether the password may travel in the clear to another machine. */
  readonly plain: boolean;
  /** Priority of the presence; `undefined`: none is given. */
  readonly priority: number | undefined;
  /** Longest time from the start until online, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Length of a silence after which the server is pinged, in milliseconds. */
  readonly keepaliveMs: number;
  /** The link's stream, resumed where the server still has it; `undefined`: no stream management. */
  readonly management: StreamManagement | undefined;
  /** The clock to wait on. */
  readonly clock: Clock;
  /** Source of nonces and ids. */
  readonly random: Random;
}

/** Who is told of a session's life. */
export interface SessionHandler {
  /** Bound and present; `resumed`: as before the connection broke. */
  onOnline(jid: Jid, resumed: boolean): void;
  /** A stanza came in; never before `onOnline`, never after `onEnd`. */
  onStanza(stanza: XmlElement): void;
  /** What was written has left: there is room for more. */
  onDrain(): void;
  /** The session is over; a `LinkRefusedError` says that another would fare no better. */
  onEnd(error: Error): void;
}
