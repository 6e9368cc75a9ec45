/**
 * RSA keys in the original's form: PKCS#1 in PEM.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { SecurityError } from "./security_error.ts";

/** Shortest modulus in bits: the original's default. */
export const SHORTEST_RSA_BITS = 1024;
/** Longest modulus in bits: what is longer only costs time. */
export const LONGEST_RSA_BITS = 8192;
/** Modulus in bits of keys that are made today. */
export const DEFAULT_RSA_BITS = 3072;

/** Longest text of a key in characters; one of 8192 bits has some 6,400. */
const LONGEST_PEM = 16_384;
const PUBLIC_PEM = /^\s*-----BEGIN RSA PUBLIC KEY-----\s([^-]*)-----END RSA PUBLIC KEY-----\s*$/;
const PRIVATE_PEM =
  /^\s*-----BEGIN (RSA )?PRIVATE KEY-----\s[^-]*-----END (RSA )?PRIVATE KEY-----\s*$/;

/** The public half of a key pair. */
export interface RsaPublicKey {
  /** The key, for `node:crypto`. */
  readonly keyObject: KeyObject;
  /** Length of the modulus in bits. */
  readonly bits: number;
  /** The `RSA PUBLIC KEY` block, with its last newline. */
  readonly pem: string;
}

/** The private half of a key pair. */
export interface RsaPrivateKey {
  /** The key, for `node:crypto`. */
  readonly keyObject: KeyObject;
  /** Length of the modulus in bits. */
  readonly bits: number;
  /** The `RSA PRIVATE KEY` block, with its last newline. */
  readonly pem: string;
  /** Its other half. */
  readonly publicKey: RsaPublicKey;
}

/**
 * Reads a public key.
 *
 * @param pem A `RSA PUBLIC KEY` block.
 * @returns The key.
 * @throws {SecurityError} `bad-key`: not such a block, shorter than 1024 bits or longer than 8192.
 */
export function parseRsaPublicKey(pem: string): RsaPublicKey {
  const [, base64] = pem.length <= LONGEST_PEM ? PUBLIC_PEM.exec(pem) ?? [] : [];
  if (base64 === undefined) throw new SecurityError("bad-key", ": expected RSA PUBLIC KEY in PEM");
  return publicKeyOf(load(() => {
    const der = Buffer.from(Uint8Array.fromBase64(base64));
    const keyObject = createPublicKey({ key: der, format: "der", type: "pkcs1" });
    // Of two ways to write a number only the shorter is read: no bytes may hide behind a key.
    const canonical = keyObject.export({ format: "der", type: "pkcs1" });
    if (!canonical.equals(der)) throw new TypeError("Not canonical");
    return keyObject;
  }));
}

/**
 * Reads a private key.
 *
 * @param pem An `RSA PRIVATE KEY` block (the original's) or a `PRIVATE KEY` block (what newer tools
 * write); not encrypted.
 * @returns The key.
 * @throws {SecurityError} `bad-key`: not such a block, shorter than 1024 bits or longer than 8192.
 */
export function parseRsaPrivateKey(pem: string): RsaPrivateKey {
  if (pem.length > LONGEST_PEM || !PRIVATE_PEM.test(pem)) {
    throw new SecurityError("bad-key", ": expected RSA PRIVATE KEY in PEM, not encrypted");
  }
  return privateKeyOf(load(() => createPrivateKey(pem)));
}

/**
 * Makes a key pair. Its randomness is the system's, always: a key that could be made again from a seed
 * would be none.
 *
 * @param bits Length of the modulus, from 1024 to 8192. Default: 3072.
 * @returns The private key, its public half in it.
 * @throws {SecurityError} `bad-key`: another length.
 */
export function generateRsaKey(bits: number = DEFAULT_RSA_BITS): RsaPrivateKey {
  checkBits(bits);
  return privateKeyOf(generateKeyPairSync("rsa", { modulusLength: bits }).privateKey);
}

function load(read: () => KeyObject): KeyObject {
  let keyObject: KeyObject;
  try {
    keyObject = read();
  } catch {
    throw new SecurityError("bad-key", ": damaged");
  }
  if (keyObject.asymmetricKeyType !== "rsa") throw new SecurityError("bad-key", ": not an RSA key");
  return keyObject;
}

function checkBits(bits: number): void {
  if (!Number.isInteger(bits) || bits < SHORTEST_RSA_BITS || bits > LONGEST_RSA_BITS) {
    throw new SecurityError(
      "bad-key",
      `: ${bits} bits, expected ${SHORTEST_RSA_BITS} to ${LONGEST_RSA_BITS}`,
    );
  }
}

function publicKeyOf(keyObject: KeyObject): RsaPublicKey {
  const { modulusLength = 0, publicExponent = 0n } = keyObject.asymmetricKeyDetails ?? {};
  checkBits(modulusLength);
  // A large exponent costs as much time as the private key does, an even one is no exponent.
  if (publicExponent < 3n || publicExponent > 0xffff_ffffn || publicExponent % 2n === 0n) {
    throw new SecurityError("bad-key", ": bad exponent");
  }
  const pem = String(keyObject.export({ format: "pem", type: "pkcs1" }));
  return { keyObject, bits: modulusLength, pem };
}

function privateKeyOf(keyObject: KeyObject): RsaPrivateKey {
  const publicKey = publicKeyOf(load(() => createPublicKey(keyObject)));
  const pem = String(keyObject.export({ format: "pem", type: "pkcs1" }));
  return { keyObject, bits: publicKey.bits, pem, publicKey };
}
