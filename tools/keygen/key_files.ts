/**
 * Where a key pair is kept: the private key for its owner alone, the public one beside it, and in the
 * list that all components share.
 *
 * @module
 */
import { dirname } from "@std/path";
import { UsageError } from "../../lib/cli.ts";
import { parseKeyFile } from "../../lib/secure/key_file.ts";
import { parsePeerFile } from "../../lib/secure/peer_keys.ts";
import { SecurityError } from "../../lib/secure/security_error.ts";
import { canonicalJid, type KeyPair, type KeyType } from "./key_pair.ts";

/** Where a key pair goes. */
export interface KeyFileOptions {
  readonly type: KeyType;
  /** The component, for the list. */
  readonly jid?: string | undefined;
  /** Path before `.priv` and `.pub`. Default: no files. */
  readonly out?: string | undefined;
  /** The list to which the public key is added. Default: none. */
  readonly appendTo?: string | undefined;
  /** Replace files, and list a JID that is listed already. Default: false. */
  readonly force?: boolean | undefined;
}

/** Where a key pair went. */
export interface KeyFiles {
  readonly pair: KeyPair;
  readonly privateFile: string | undefined;
  readonly publicFile: string | undefined;
  readonly list: string | undefined;
}

/** Only its owner may read a private key. */
const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;
/** Folders that are made on the way; those that are there keep their mode. */
const FOLDER_MODE = 0o755;

/**
 * Makes a key pair and writes it, and the folders it goes into. Everything that can be refused is refused before the pair is made.
 *
 * @param make Makes the pair.
 * @param options See {@linkcode KeyFileOptions}.
 * @returns The pair, and where it stands.
 * @throws {UsageError} When a file exists or the JID is listed and `force` is not set, when there is no
 * JID for the list, or when the list is of another kind.
 */
export async function writeKeyPair(
  make: () => KeyPair,
  options: KeyFileOptions,
): Promise<KeyFiles> {
  const { out, appendTo, force = false } = options;
  const files = out === undefined ? undefined : { priv: `${out}.priv`, pub: `${out}.pub` };
  for (const path of Object.values(files ?? {})) {
    if (!force && await exists(path)) throw new UsageError(`Refusing to replace ${path}`);
  }
  const separator = appendTo === undefined ? "" : await checkList(appendTo, options);
  for (const path of [out, appendTo]) {
    if (path !== undefined) await Deno.mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  }
  const pair = make();
  if (files !== undefined) {
    await writeFile(files.priv, pair.privateText, PRIVATE_MODE, force);
    await writeFile(files.pub, pair.publicText, PUBLIC_MODE, force);
  }
  if (appendTo !== undefined) {
    const text = separator + (pair.listEntry ?? "");
    await Deno.writeTextFile(appendTo, text, { append: true, mode: PUBLIC_MODE });
  }
  return { pair, privateFile: files?.priv, publicFile: files?.pub, list: appendTo };
}

/** Makes sure that an entry can be added to a list; gives what must stand before it. */
async function checkList(path: string, options: KeyFileOptions): Promise<string> {
  const { jid, type, force = false } = options;
  if (jid === undefined) throw new UsageError("Expected --jid with --append-to");
  const text = await readIfExists(path);
  const listed = jidsOf(text, type, path);
  // Of two entries the last one counts, so that a new one takes the place of the old.
  if (!force && listed.includes(canonicalJid(jid))) {
    throw new UsageError(`Refusing to list ${jid} again in ${path}`);
  }
  return text === "" || text.endsWith("\n") ? "" : "\n";
}

function jidsOf(text: string, type: KeyType, path: string): string[] {
  try {
    const entries = type === "rsa" ? parseKeyFile(text) : parsePeerFile(text);
    const isOther = type === "rsa" && entries.length === 0 && /^\S+\s+x25519\s/m.test(text);
    if (!isOther) return entries.map(({ jid }) => jid);
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    throw new UsageError(`Cannot add to ${path}: no list of ${type} keys`, { cause: error });
  }
  throw new UsageError(`Cannot add to ${path}: no list of ${type} keys`);
}

async function readIfExists(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Writes a file of its own mode, whole or not at all; a file that is replaced may have had another. */
async function writeFile(path: string, text: string, mode: number, force: boolean): Promise<void> {
  if (!force) {
    await Deno.writeTextFile(path, text, { mode, createNew: true });
    return;
  }
  const next = `${path}.new`;
  await Deno.writeTextFile(next, text, { mode, createNew: true });
  await Deno.rename(next, path);
}
