/**
 * Values of the PanDA storage manager's configuration.
 *
 * @module
 */
import { ConfigError } from "../../lib/config.ts";
import { PANDA_STORAGEMANAGER } from "./panda_variables.ts";

/** Reads a token, which others renew in place. */
export async function tokenIn(file: string): Promise<string> {
  return (await Deno.readTextFile(file)).trim();
}

/**
 * Address of a server; a path would be lost.
 *
 * @throws {ConfigError} When it is none, or has a path.
 */
export function originOf(variable: string, text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/") return url.origin;
  throw new ConfigError(PANDA_STORAGEMANAGER.component, [{
    subject: variable,
    problem: "is no address of a server",
    where: text,
    meaning: "Its scheme, name and port, without a path",
    example: `${variable} https://server.cern.ch:443`,
  }]);
}
