/**
 * The session key of the original's secure mode: 32 random bytes that the asking side makes and sends
 * with every message, encrypted for the receiver (report 2.2.7).
 *
 * @module
 */
import type { Random } from "../random.ts";
import { decodeMimeBase64, encodeMimeBase64 } from "./mime_base64.ts";
import type { RsaPrivateKey, RsaPublicKey } from "./rsa_key.ts";
import { decryptOaep, encryptOaep } from "./rsa_oaep.ts";
import { SecurityError } from "./security_error.ts";

/** Length of a session key in bytes. */
export const SESSION_KEY_BYTES = 32;
/** Longest wrapped key in characters: 8192 bits in base64 with its newlines. */
const LONGEST_WRAPPED = 1400;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Makes a session key. */
export function newSessionKey(random: Random): Uint8Array {
  return random.bytes(SESSION_KEY_BYTES);
}

/**
 * Encrypts a session key: RSA-OAEP over its base64 text and a newline.
 *
 * @param sessionKey 32 bytes.
 * @param receiver The receiver's key.
 * @param random Source of the padding.
 * @returns base64 in lines: the value of `session_key`, before it is encoded as a value.
 */
export function wrapSessionKey(
  sessionKey: Uint8Array,
  receiver: RsaPublicKey,
  random: Random,
): string {
  const text = encoder.encode(encodeMimeBase64(sessionKey));
  return encodeMimeBase64(encryptOaep(text, receiver, random));
}

/**
 * Decrypts a session key.
 *
 * @param wrapped The value of `session_key`, decoded once.
 * @param own The own key.
 * @returns 32 bytes.
 * @throws {SecurityError} `bad-session-key`: it cannot be decrypted, for whatever reason.
 */
export function unwrapSessionKey(wrapped: string, own: RsaPrivateKey): Uint8Array {
  const ciphertext = wrapped.length <= LONGEST_WRAPPED ? decodeMimeBase64(wrapped) : undefined;
  if (ciphertext === undefined) throw new SecurityError("bad-session-key");
  const sessionKey = decodeMimeBase64(decoder.decode(decryptOaep(ciphertext, own)));
  if (sessionKey?.length !== SESSION_KEY_BYTES) throw new SecurityError("bad-session-key");
  return sessionKey;
}
