/**
 * Addresses of Chirp servers as jobs carry them.
 *
 * @module
 */
import { CHIRP_PORT } from "./wire.ts";

/**
 * Reads an address.
 *
 * @param address `host`, `host:port` (the original) or `host;port` (the report); an IPv6 address with a
 * port stands in brackets.
 * @returns Host and port; 9094 where none is given.
 * @throws {SyntaxError} When there is no host or the port is none.
 */
export function parseChirpAddress(
  address: string,
): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:;/[\]]+))(?:[:;](\d{1,5}))?$/.exec(address.trim());
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? CHIRP_PORT : Number(match[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new SyntaxError(`Cannot read Chirp address ${JSON.stringify(address.slice(0, 200))}`);
  }
  return { host, port };
}
