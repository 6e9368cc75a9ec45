/**
 * X25519 keys (RFC 7748), the keys of the sealed mode.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from "node:crypto";
import type { Random } from "../random.ts";
import { isAllZero } from "./constant_time.ts";
import { SecurityError } from "./security_error.ts";

/** Length of a key and of an agreed secret in bytes. */
export const X25519_BYTES = 32;
/** Length of a key's id in bytes. */
export const KEY_ID_BYTES = 8;

/** What stands before the 32 bytes in PKCS#8 and in SubjectPublicKeyInfo (RFC 8410). */
const PRIVATE_PREFIX = Uint8Array.fromHex("302e020100300506032b656e04220420");
const PUBLIC_PREFIX = Uint8Array.fromHex("302a300506032b656e032100");
/** Longest PEM that is read, in characters; one of ours has 119. */
const LONGEST_PEM = 1024;
const PRIVATE_PEM = /^\s*-----BEGIN PRIVATE KEY-----\s([^-]*)-----END PRIVATE KEY-----\s*$/;

/** The public half of a key pair. */
export interface X25519PublicKey {
  /** The key, for `node:crypto`. */
  readonly keyObject: KeyObject;
  /** Its 32 bytes. */
  readonly bytes: Uint8Array;
  /** The first 8 bytes of its SHA-256 in hexadecimal digits: says which key is meant, no more. */
  readonly id: string;
}

/** The private half of a key pair. */
export interface X25519PrivateKey {
  /** The key, for `node:crypto`. */
  readonly keyObject: KeyObject;
  /** Its other half. */
  readonly publicKey: X25519PublicKey;
}

/** Makes a key pair; the source must be fit for cryptography. */
export function generateX25519Key(random: Random): X25519PrivateKey {
  return importX25519PrivateKey(random.bytes(X25519_BYTES));
}

/**
 * Takes the bytes of a private key.
 *
 * @param bytes 32 bytes.
 * @returns The key.
 * @throws {SecurityError} `bad-key`: not 32 bytes.
 */
export function importX25519PrivateKey(bytes: Uint8Array): X25519PrivateKey {
  checkLength(bytes);
  const der = Buffer.concat([PRIVATE_PREFIX, bytes]);
  const keyObject = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(keyObject).export({ format: "der", type: "spki" });
  return { keyObject, publicKey: importX25519PublicKey(spki.subarray(PUBLIC_PREFIX.length)) };
}

/**
 * Takes the bytes of a public key.
 *
 * @param bytes 32 bytes; every value is a key, as RFC 7748 has it.
 * @returns The key.
 * @throws {SecurityError} `bad-key`: not 32 bytes.
 */
export function importX25519PublicKey(bytes: Uint8Array): X25519PublicKey {
  checkLength(bytes);
  const der = Buffer.concat([PUBLIC_PREFIX, bytes]);
  return {
    keyObject: createPublicKey({ key: der, format: "der", type: "spki" }),
    bytes: new Uint8Array(bytes),
    id: createHash("sha256").update(bytes).digest("hex").slice(0, 2 * KEY_ID_BYTES),
  };
}

/**
 * Reads a private key, as {@linkcode formatX25519PrivateKey} or `openssl genpkey -algorithm x25519`
 * writes it.
 *
 * @param pem A `PRIVATE KEY` block.
 * @returns The key.
 * @throws {SecurityError} `bad-key`: no such block, or a key of another kind.
 */
export function parseX25519PrivateKey(pem: string): X25519PrivateKey {
  const [, base64 = ""] = pem.length <= LONGEST_PEM ? PRIVATE_PEM.exec(pem) ?? [] : [];
  let der: Uint8Array;
  try {
    der = Uint8Array.fromBase64(base64);
  } catch {
    throw new SecurityError("bad-key", ": damaged");
  }
  if (!PRIVATE_PREFIX.every((byte, index) => der[index] === byte)) {
    throw new SecurityError("bad-key", ": expected an X25519 PRIVATE KEY in PEM");
  }
  return importX25519PrivateKey(der.subarray(PRIVATE_PREFIX.length));
}

/** Writes a private key: a `PRIVATE KEY` block with its last newline. */
export function formatX25519PrivateKey(key: X25519PrivateKey): string {
  return String(key.keyObject.export({ format: "pem", type: "pkcs8" }));
}

/**
 * Agrees on a secret.
 *
 * @param own The own key.
 * @param other The peer's key.
 * @returns 32 bytes, the same on both sides.
 * @throws {SecurityError} `bad-key`: the peer's key is one of those that make the secret zero,
 * whatever the own key is.
 */
export function agree(own: X25519PrivateKey, other: X25519PublicKey): Uint8Array {
  let secret: Uint8Array;
  try {
    secret = diffieHellman({ privateKey: own.keyObject, publicKey: other.keyObject });
  } catch {
    throw new SecurityError("bad-key");
  }
  if (isAllZero(secret)) throw new SecurityError("bad-key");
  return secret;
}

function checkLength(bytes: Uint8Array): void {
  if (bytes.length !== X25519_BYTES) {
    throw new SecurityError("bad-key", `: ${bytes.length} bytes, expected ${X25519_BYTES}`);
  }
}
