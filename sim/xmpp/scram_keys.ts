/**
 * Keys that a server keeps for SCRAM (RFC 5802, 3) instead of the password.
 *
 * @module
 */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { Buffer } from "node:buffer";

/** Hashes that SCRAM is offered with. */
export type ScramHash = "sha1" | "sha256";

/** What proves that a client knows the password. */
export interface ScramKeys {
  /** Salt of the password. */
  readonly salt: Uint8Array;
  /** Rounds of PBKDF2. */
  readonly iterations: number;
  /** Hash of the client's key. */
  readonly storedKey: Uint8Array;
  /** Key of the server's own proof. */
  readonly serverKey: Uint8Array;
}

/** HMAC of a text. */
export function hmac(hash: ScramHash, key: Uint8Array, text: string): Uint8Array {
  return createHmac(hash, key).update(text).digest();
}

/** Hash of bytes. */
export function digest(hash: ScramHash, bytes: Uint8Array): Uint8Array {
  return createHash(hash).update(bytes).digest();
}

/**
 * Derives the keys.
 *
 * @param hash The mechanism's hash.
 * @param password The password.
 * @param salt Its salt.
 * @param iterations Rounds of PBKDF2.
 * @returns The keys.
 */
export function scramKeys(
  hash: ScramHash,
  password: string,
  salt: Uint8Array,
  iterations: number,
): ScramKeys {
  const length = hash === "sha1" ? 20 : 32;
  const salted = pbkdf2Sync(
    Buffer.from(password.normalize("NFKC")),
    salt,
    iterations,
    length,
    hash,
  );
  const storedKey = digest(hash, hmac(hash, salted, "Client Key"));
  return { salt, iterations, storedKey, serverKey: hmac(hash, salted, "Server Key") };
}
