/**
 * Whether a server that was started listens yet.
 *
 * @module
 */
import { connect } from "node:net";

/**
 * Tries to connect to a port of the loopback address.
 *
 * @param port The port.
 * @returns Whether something listens on it.
 */
export function canConnect(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: "127.0.0.1", port });
  socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
