/**
 * What commands ask of the server around the store: `SHUTDOWN`, `BGREWRITEAOF`, `INFO`.
 *
 * @module
 */

/** A server as seen by its commands. */
export interface ServerControl {
  /** TCP port. */
  readonly port: number;
  /** Whether writes go to an append-only file. */
  readonly isAppendOnly: boolean;
  /** Rewrites the append-only file to the shortest that gives the same data. */
  rewriteLog(): void;
  /** Stops the server; the append-only file is flushed first. */
  shutdown(): void;
}
