/**
 * TCP addresses on the command line.
 *
 * @module
 */
import { message } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";
import { hostAndPort } from "../../lib/config.ts";

/** A TCP address. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** Port of XMPP's clients. */
const XMPP_PORT = 5222;
const PATTERN = /^(?:\[([^\]]+)\]|([^:\s]+))?(?::(\d{1,5}))?$/;

/**
 * Reads `HOST`, `HOST:PORT`, `[IPV6]:PORT`, `:PORT` or a port alone.
 *
 * @param text The address.
 * @returns The address, on loopback without a host and with port 5222 without a port; `undefined` for
 * what is none.
 */
export function parseAddress(text: string): Address | undefined {
  if (/^\d{1,5}$/.test(text)) return parseAddress(`:${text}`);
  const match = PATTERN.exec(text);
  const port = Number(match?.[3] ?? XMPP_PORT);
  if (match === null || text === "" || port > 65_535) return undefined;
  return { hostname: match[1] ?? match[2] ?? "127.0.0.1", port };
}

/** Writes an address as {@linkcode parseAddress} reads it. */
export function formatAddress({ hostname, port }: Address): string {
  return hostAndPort(hostname, port);
}

/** An argument `HOST:PORT`. */
export function address(): ValueParser<"sync", Address> {
  return {
    mode: "sync",
    metavar: "HOST:PORT",
    placeholder: { hostname: "127.0.0.1", port: XMPP_PORT },
    parse(input) {
      const value = parseAddress(input);
      return value === undefined
        ? { success: false, error: message`Expected HOST:PORT, found ${input}.` }
        : { success: true, value };
    },
    format: formatAddress,
  };
}
