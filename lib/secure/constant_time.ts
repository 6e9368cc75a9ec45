/**
 * Comparisons whose duration tells nothing of what is compared.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Compares two secrets, such as a credential and what was expected. Not even their lengths can be
 * learned from the time it takes: what is compared are their digests.
 *
 * @param left A secret.
 * @param right Another.
 * @returns True where they are equal.
 */
export function equalSecrets(left: string | Uint8Array, right: string | Uint8Array): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(secret: string | Uint8Array): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/** True where all bytes are zero; looks at every one of them. */
export function isAllZero(bytes: Uint8Array): boolean {
  let bits = 0;
  for (const byte of bytes) bits |= byte;
  return bits === 0;
}
