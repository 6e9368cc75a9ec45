/**
 * Private keys as command lines name them: `--key JID=FILE`.
 *
 * @module
 */
import { UsageError } from "../../lib/cli.ts";
import { tryParseJid } from "../../lib/protocol/jid.ts";
import { parseRsaPrivateKey, type RsaPrivateKey } from "../../lib/secure/rsa_key.ts";
import { SecurityError } from "../../lib/secure/security_error.ts";

/**
 * Reads keys.
 *
 * @param options Values of the flag.
 * @returns The keys by bare JID.
 * @throws {UsageError} When a value is not JID=FILE, or a file holds no key.
 */
export async function readKeyOptions(
  options: readonly string[],
): Promise<ReadonlyMap<string, RsaPrivateKey>> {
  const keys = new Map<string, RsaPrivateKey>();
  for (const text of options) {
    const [, owner, path = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    const jid = tryParseJid(owner);
    if (jid === undefined) {
      throw new UsageError(`Cannot read --key ${JSON.stringify(text)}: it is not JID=FILE`);
    }
    keys.set(jid.bare, await readKeys(path, parseRsaPrivateKey));
  }
  return keys;
}

/**
 * Reads a file of keys.
 *
 * @param path The file.
 * @param parse Reads its text.
 * @throws {UsageError} When it cannot be read or holds something else.
 */
export async function readKeys<Key>(path: string, parse: (text: string) => Key): Promise<Key> {
  try {
    return parse(await Deno.readTextFile(path));
  } catch (error) {
    const isExpected = error instanceof SecurityError || error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.IsADirectory;
    if (!isExpected) throw error;
    throw new UsageError(`Cannot read keys from ${path}: ${error.message}`);
  }
}
