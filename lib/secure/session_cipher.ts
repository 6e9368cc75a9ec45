/**
 * The original's cipher (Perl's `Crypt::CBC` with its defaults, the same as `openssl enc -md md5`):
 * `Salted__`, eight bytes of salt, AES-256-CBC with PKCS#7 padding; key and initial vector are derived
 * from the session key and the salt by MD5. It hides, but proves nothing: whoever can change a message
 * on its way can change its text.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { Random } from "../random.ts";
import { SecurityError } from "./security_error.ts";

const CIPHER = "aes-256-cbc";
/** `Salted__`. */
const MAGIC = new TextEncoder().encode("Salted__");
const SALT_BYTES = 8;
const HEADER_BYTES = MAGIC.length + SALT_BYTES;
const BLOCK_BYTES = 16;
const KEY_BYTES = 32;

/**
 * Encrypts.
 *
 * @param plaintext Any bytes.
 * @param sessionKey The session key; used as a passphrase, so of any length.
 * @param random Source of the salt.
 * @returns The container.
 */
export function encryptSession(
  plaintext: Uint8Array,
  sessionKey: Uint8Array,
  random: Random,
): Uint8Array {
  const salt = random.bytes(SALT_BYTES);
  const { key, iv } = derive(sessionKey, salt);
  const cipher = createCipheriv(CIPHER, key, iv);
  const [body, end] = [cipher.update(plaintext), cipher.final()];
  const container = new Uint8Array(HEADER_BYTES + body.length + end.length);
  container.set(MAGIC);
  container.set(salt, MAGIC.length);
  container.set(body, HEADER_BYTES);
  container.set(end, HEADER_BYTES + body.length);
  return container;
}

/**
 * Decrypts.
 *
 * @param container What {@linkcode encryptSession} or the original has made.
 * @param sessionKey The same session key.
 * @returns The plaintext; with a wrong key it may be noise, since nothing is authenticated.
 * @throws {SecurityError} `bad-message`: no such container, or its padding is wrong.
 */
export function decryptSession(container: Uint8Array, sessionKey: Uint8Array): Uint8Array {
  const encrypted = container.subarray(HEADER_BYTES);
  const isContainer = MAGIC.every((byte, index) => container[index] === byte) &&
    encrypted.length > 0 && encrypted.length % BLOCK_BYTES === 0;
  if (!isContainer) throw new SecurityError("bad-message");
  const { key, iv } = derive(sessionKey, container.subarray(MAGIC.length, HEADER_BYTES));
  const decipher = createDecipheriv(CIPHER, key, iv);
  try {
    const [body, end] = [decipher.update(encrypted), decipher.final()];
    const plaintext = new Uint8Array(body.length + end.length);
    plaintext.set(body);
    plaintext.set(end, body.length);
    return plaintext;
  } catch {
    throw new SecurityError("bad-message");
  }
}

/** OpenSSL's `EVP_BytesToKey` with MD5 and one round: each digest is over the one before. */
function derive(passphrase: Uint8Array, salt: Uint8Array): { key: Uint8Array; iv: Uint8Array } {
  const derived = new Uint8Array(KEY_BYTES + BLOCK_BYTES);
  let previous = new Uint8Array(0);
  for (let start = 0; start < derived.length; start += previous.length) {
    previous = new Uint8Array(
      createHash("md5").update(previous).update(passphrase).update(salt).digest(),
    );
    derived.set(previous, start);
  }
  return { key: derived.subarray(0, KEY_BYTES), iv: derived.subarray(KEY_BYTES) };
}
