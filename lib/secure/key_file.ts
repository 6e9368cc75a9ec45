/**
 * The original's file of public keys: a line with a JID, then the key of that component; anything
 * between two entries that has no `@` in it is skipped.
 *
 * @module
 */
import { tryParseJid } from "../protocol/jid.ts";
import { parseRsaPublicKey, type RsaPublicKey } from "./rsa_key.ts";
import { SecurityError } from "./security_error.ts";

/** An entry. */
export interface KeyFileEntry {
  /** The component: bare, or full where it is also written to under its full JID. */
  readonly jid: string;
  /** Seals what is meant for it, and verifies what it signed. */
  readonly key: RsaPublicKey;
}

/** Largest file in characters. */
const LARGEST_FILE = 8 << 20;
/** Entries at most. */
const MOST_ENTRIES = 10_000;
/** Lines of a key at most; one of 8192 bits has 24 of the usual length. */
const MOST_KEY_LINES = 200;
const LAST_LINE = "-----END RSA PUBLIC KEY-----";

/**
 * Reads a key file.
 *
 * @param text What is in the file.
 * @returns The entries in order; JIDs in their canonical form. Where a JID comes twice, the last one
 * counts for the original.
 * @throws {SecurityError} `bad-key` with the line: no JID, no key behind it, a damaged key;
 * `too-large`: the file has more than 8 MiB or 10,000 entries.
 */
export function parseKeyFile(text: string): KeyFileEntry[] {
  if (text.length > LARGEST_FILE) throw new SecurityError("too-large");
  const lines = text.split(/\r?\n/);
  const entries: KeyFileEntry[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] ?? "").trim();
    if (!line.includes("@") || line.startsWith("#")) continue;
    if (entries.length === MOST_ENTRIES) throw new SecurityError("too-large");
    const jid = tryParseJid(line)?.full;
    if (jid === undefined) throw badLine(index, "is no JID");
    const end = endOfKey(lines, index + 1);
    if (end < 0) throw badLine(index, "has no key behind it");
    entries.push({ jid, key: keyAt(lines, index + 1, end) });
    index = end;
  }
  return entries;
}

/**
 * Writes entries, to be a key file or the next part of one.
 *
 * @param entries The entries.
 * @returns The text; ends in an empty line.
 */
export function formatKeyFile(entries: readonly KeyFileEntry[]): string {
  return entries.map(({ jid, key }) => `${jid}\n${key.pem}\n`).join("");
}

function endOfKey(lines: readonly string[], start: number): number {
  const last = Math.min(lines.length, start + MOST_KEY_LINES);
  for (let index = start; index < last; index++) {
    if (lines[index]?.trim() === LAST_LINE) return index;
  }
  return -1;
}

function keyAt(lines: readonly string[], start: number, end: number): RsaPublicKey {
  try {
    return parseRsaPublicKey(lines.slice(start, end + 1).join("\n"));
  } catch (error) {
    throw error instanceof SecurityError ? badLine(start, "begins no RSA key") : error;
  }
}

function badLine(index: number, problem: string): SecurityError {
  return new SecurityError("bad-key", `: line ${index + 1} of the key file ${problem}`);
}
