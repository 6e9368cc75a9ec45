/**
 * Addresses of servers, from what is configured.
 *
 * @module
 */

/**
 * Puts a host and a port together as an address has them.
 *
 * @example
 * ```ts
 * import { hostAndPort } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hostAndPort("localhost", 27017), "localhost:27017");
 * assertEquals(hostAndPort("::1", 27017), "[::1]:27017");
 * ```
 *
 * @param host Name or address of a machine; an IPv6 address may stand in brackets.
 * @param port TCP port.
 * @returns Both; an IPv6 address in brackets.
 */
export function hostAndPort(host: string, port: number): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]:${port}` : `${host}:${port}`;
}
