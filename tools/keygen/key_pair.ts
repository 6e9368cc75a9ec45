/**
 * A key pair as text, in the forms in which it is kept.
 *
 * @module
 */
import { UsageError } from "../../lib/cli.ts";
import { tryParseJid } from "../../lib/protocol/jid.ts";
import { systemRandom } from "../../lib/random.ts";
import { formatKeyFile } from "../../lib/secure/key_file.ts";
import { formatPeerFile } from "../../lib/secure/peer_keys.ts";
import { DEFAULT_RSA_BITS, generateRsaKey } from "../../lib/secure/rsa_key.ts";
import { formatX25519PrivateKey, generateX25519Key } from "../../lib/secure/x25519.ts";

/** Kinds of keys: `rsa` for the original's secure mode, `x25519` for the sealed mode. */
export type KeyType = "rsa" | "x25519";

/** What key pair is wanted. */
export interface KeyPairOptions {
  readonly type: KeyType;
  /** Length of an RSA key in bits. Default: 3072. */
  readonly bits?: number | undefined;
  /** The component whose key it is. Default: nobody's; it can then not be listed. */
  readonly jid?: string | undefined;
}

/** A key pair. */
export interface KeyPair {
  /** The component, in canonical form. */
  readonly jid: string | undefined;
  /** Length of an RSA key in bits. */
  readonly bits: number | undefined;
  /** Id of an X25519 key, as logs show it. */
  readonly keyId: string | undefined;
  /** The private key: PEM, PKCS#1 for RSA and PKCS#8 for X25519. */
  readonly privateText: string;
  /** The public key: the original's PEM, or 32 bytes in base64. */
  readonly publicText: string;
  /** The entry of a list of keys; `undefined` without a JID. */
  readonly listEntry: string | undefined;
}

/**
 * Makes a key pair.
 *
 * @param options See {@linkcode KeyPairOptions}.
 * @returns The pair.
 * @throws {UsageError} When the JID is none, or bits are given for a kind that has no choice.
 */
export function makeKeyPair(options: KeyPairOptions): KeyPair {
  const { type, bits } = options;
  const jid = options.jid === undefined ? undefined : canonicalJid(options.jid);
  if (type === "rsa") return makeRsaPair(jid, bits ?? DEFAULT_RSA_BITS);
  if (bits !== undefined) throw new UsageError("Cannot choose the length of an X25519 key");
  return makeX25519Pair(jid);
}

/**
 * Reads the JID of a component.
 *
 * @param text As it was given.
 * @returns Its canonical form.
 * @throws {UsageError} When it is no JID of an account.
 */
export function canonicalJid(text: string): string {
  const jid = tryParseJid(text);
  if (jid === undefined || jid.local === "") {
    throw new UsageError(`Expected a JID like jm@example.org, found ${JSON.stringify(text)}`);
  }
  return jid.full;
}

function makeRsaPair(jid: string | undefined, bits: number): KeyPair {
  const { pem, publicKey } = generateRsaKey(bits);
  return {
    jid,
    bits,
    keyId: undefined,
    privateText: pem,
    publicText: publicKey.pem,
    listEntry: jid === undefined ? undefined : formatKeyFile([{ jid, key: publicKey }]),
  };
}

function makeX25519Pair(jid: string | undefined): KeyPair {
  const key = generateX25519Key(systemRandom);
  return {
    jid,
    bits: undefined,
    keyId: key.publicKey.id,
    privateText: formatX25519PrivateKey(key),
    publicText: `${key.publicKey.bytes.toBase64()}\n`,
    listEntry: jid === undefined ? undefined : formatPeerFile([{ jid, key: key.publicKey }]),
  };
}
