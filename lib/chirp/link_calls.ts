/**
 * The requests about symbolic links.
 *
 * @module
 */

import { readCounted } from "./answers.ts";
import type { ChirpConnection } from "./connection.ts";
import { nameOfBytes } from "./names.ts";
import { encodePath } from "./wire.ts";

/** Longest target of a link that is read, in bytes; the longest path on Linux. */
const LONGEST_TARGET = 4096;

/**
 * Makes the request for a link. A server stores the target as it comes, so it cannot be escaped.
 *
 * @param target Where the link shall lead.
 * @param remotePath Where it shall stand.
 * @returns The line.
 * @throws {SyntaxError} The target is empty or holds a blank or control character.
 */
export function symlinkLine(target: string, remotePath: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (!/^[^\x00-\x20\x7f]+$/.test(target)) {
    throw new SyntaxError(`the protocol cannot carry the target ${JSON.stringify(target)}`);
  }
  return `symlink ${target} ${encodePath(remotePath)}`;
}

/**
 * Reads the answer to `readlink`.
 *
 * @param connection Where from.
 * @returns The target.
 * @throws {Refusal} The server refused.
 * @throws {ConnectionFailure} The connection is lost or stuck.
 */
export async function readTarget(connection: ChirpConnection): Promise<string> {
  return nameOfBytes(await readCounted(connection, LONGEST_TARGET));
}

/**
 * Makes the request for a link's target.
 *
 * @param remotePath Where the link stands.
 * @returns The line.
 */
export function readlinkLine(remotePath: string): string {
  return `readlink ${encodePath(remotePath)} ${LONGEST_TARGET}`;
}
