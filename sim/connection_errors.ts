/**
 * How connections and listeners end, as the errors of their calls tell it.
 *
 * @module
 */

/** True where this side has closed the connection or the listener. */
export function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

/** True where a connection has ended, by whichever side or by the network: no fault of a server. */
export function isDisconnect(error: unknown): boolean {
  return isClosed(error) || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.TimedOut;
}
