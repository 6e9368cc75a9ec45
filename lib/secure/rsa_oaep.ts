/**
 * RSAES-OAEP with SHA-1 (RFC 8017, 7.1), the original's way to send a session key. The padding is made
 * here, so that its seed comes from a {@linkcode Random}; what it undoes is left to `node:crypto`.
 *
 * @module
 */
import { constants, createHash, privateDecrypt, publicEncrypt } from "node:crypto";
import type { Random } from "../random.ts";
import type { RsaPrivateKey, RsaPublicKey } from "./rsa_key.ts";
import { SecurityError } from "./security_error.ts";

const HASH_BYTES = 20;
/** SHA-1 of the empty label. */
const LABEL_HASH = createHash("sha1").digest();

/**
 * Encrypts a short text.
 *
 * @param message The text; at most the modulus less 42 bytes.
 * @param key The receiver's key.
 * @param random Source of the seed.
 * @returns As many bytes as the modulus has.
 * @throws {SecurityError} `too-large`: the text does not fit.
 */
export function encryptOaep(message: Uint8Array, key: RsaPublicKey, random: Random): Uint8Array {
  const block = pad(message, Math.ceil(key.bits / 8), random.bytes(HASH_BYTES));
  return publicEncrypt({ key: key.keyObject, padding: constants.RSA_NO_PADDING }, block);
}

/**
 * Decrypts what {@linkcode encryptOaep} or a peer of it has made.
 *
 * @param ciphertext As many bytes as the modulus has.
 * @param key The own key.
 * @returns The text.
 * @throws {SecurityError} `bad-session-key`: it cannot be decrypted, for whatever reason.
 */
export function decryptOaep(ciphertext: Uint8Array, key: RsaPrivateKey): Uint8Array {
  if (ciphertext.length !== Math.ceil(key.bits / 8)) throw new SecurityError("bad-session-key");
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  try {
    return privateDecrypt({ key: key.keyObject, padding, oaepHash: "sha1" }, ciphertext);
  } catch {
    throw new SecurityError("bad-session-key");
  }
}

/** EME-OAEP: `00 || masked seed || masked (label hash || 00 … 01 || message)`. */
function pad(message: Uint8Array, blockBytes: number, seed: Uint8Array): Uint8Array {
  const block = new Uint8Array(blockBytes);
  const data = block.subarray(1 + HASH_BYTES);
  const start = data.length - message.length;
  if (start < HASH_BYTES + 1) throw new SecurityError("too-large");
  data.set(LABEL_HASH);
  data[start - 1] = 1;
  data.set(message, start);
  applyMask(data, seed);
  const maskedSeed = block.subarray(1, 1 + HASH_BYTES);
  maskedSeed.set(seed);
  applyMask(maskedSeed, data);
  return block;
}

/** Adds MGF1 of a seed (RFC 8017, B.2.1) to the bytes. */
function applyMask(bytes: Uint8Array, seed: Uint8Array): void {
  const counter = new Uint8Array(4);
  for (let start = 0; start < bytes.length; start += HASH_BYTES) {
    const mask = createHash("sha1").update(seed).update(counter).digest();
    const part = bytes.subarray(start, start + HASH_BYTES);
    for (let index = 0; index < part.length; index++) {
      part[index] = (part[index] ?? 0) ^ (mask[index] ?? 0);
    }
    // Blocks of 8192 bits need fewer than 256 masks: the last byte of the counter is enough.
    counter[3] = (counter[3] ?? 0) + 1;
  }
}
