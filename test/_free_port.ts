/**
 * Ports for servers that tests kill and start again.
 *
 * @module
 */

const HOSTNAME = "127.0.0.1";
/**
 * Below the ports that systems give to clients: while a server is down, no connection of a client can
 * take its port, not even one that is made to that very port.
 */
const FIRST_PORT = 10_000;
const PORTS = 10_000;
const MOST_TRIES = 1000;

/**
 * Finds a port of the loopback address on which nobody listens.
 *
 * @returns The port.
 * @throws {Error} When none is found.
 */
export function freePort(): number {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    try {
      Deno.listen({ hostname: HOSTNAME, port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`Cannot find a free port: ${MOST_TRIES} are taken`);
}
