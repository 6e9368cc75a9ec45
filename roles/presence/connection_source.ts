/**
 * The seam to whoever knows who is connected to the XMPP server.
 *
 * @module
 */
import type { Jid } from "../../lib/protocol/jid.ts";

/** One session. */
export interface Connection {
  /** Its full JID. */
  readonly jid: Jid;
  /** IP address of the client; `undefined` where the server does not tell. */
  readonly address?: string | undefined;
}

/** Who is connected at a moment. */
export interface Census {
  /** Number of sessions, those included whose JID is hidden. */
  readonly count: number;
  /** Sessions whose JID is known. */
  readonly connections: readonly Connection[];
}

/** Knows who is connected. */
export interface ConnectionSource extends AsyncDisposable {
  /**
   * Asks for all sessions.
   *
   * @throws When the server cannot be asked; what was known stays true then.
   */
  census(signal: AbortSignal): Promise<Census>;
}
