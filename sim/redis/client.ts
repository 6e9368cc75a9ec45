/**
 * What the store knows of the clients that use it.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";
import type { Database } from "./database.ts";
import type { Reply } from "./reply.ts";

/** A client as the store, its channels and its waiting list see it. */
export interface Client {
  /** Number of the client. */
  readonly id: number;
  /** Address of the client. */
  readonly address: string;
  /** When it connected, in milliseconds since the Unix epoch. */
  readonly connectedAtMs: number;
  /** The selected database. */
  readonly database: Database;
  /** Version of the protocol. */
  readonly protocol: 2 | 3;
  /** Name given by `CLIENT SETNAME`. */
  readonly name: Bytes;
  /** Channels subscribed to. */
  readonly channels: Set<Bytes>;
  /** Patterns subscribed to. */
  readonly patterns: Set<Bytes>;
  /** Number of commands queued since `MULTI`; -1 outside of a transaction. */
  readonly queueLength: number;
  /** Whether a watched key has changed. */
  isWatchBroken: boolean;
  /** Whether a blocking command waits. */
  isBlocked: boolean;
  /** Ends the connection from outside. */
  readonly onKill: (() => void) | undefined;
  /** Carries a message that answers nothing. */
  send(reply: Reply): void;
  /** Carries the late answer of a blocking command. */
  resume(reply: Reply): void;
}
