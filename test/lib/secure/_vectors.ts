/** What the original's modules made, recorded with the randomness that went in. */
import { constants, createHash, privateDecrypt } from "node:crypto";
import { Buffer } from "node:buffer";
import { assertInstanceOf, assertThrows } from "@std/assert";
import type { Random } from "../../../lib/random.ts";
import { parseRsaPrivateKey, type RsaPrivateKey } from "../../../lib/secure/rsa_key.ts";
import { SecurityError, type SecurityErrorCode } from "../../../lib/secure/security_error.ts";

/** A whole message of the original's secure mode. */
export interface MessageVector {
  readonly name: string;
  readonly info_hash: Record<string, unknown>;
  readonly info_xml: string;
  readonly aes_plaintext: string;
  readonly aes_ciphertext_hex: string;
  readonly body_attribute_info_value: string;
  readonly body_attribute_session_key_value: string;
  readonly body_xml: string;
  readonly private_key_pkcs1_der_base64: string;
  readonly public_key_pem: string;
  readonly rsa_bits: number;
  readonly rsa_plaintext: string;
  readonly session_key_hex: string;
}

interface Vectors {
  readonly aes_fixed_salt_vectors: readonly {
    readonly ciphertext_hex: string;
    readonly passphrase_hex: string;
    readonly plaintext: string;
    readonly salt: string;
  }[];
  readonly message_vectors: readonly MessageVector[];
  readonly ticket: {
    readonly km_private_key_pkcs1_der_base64: string;
    readonly km_public_key_pem: string;
    readonly ticket_plain: string;
    readonly ticket_value: string;
  };
}

/** One message of the trace `secure-mode-patched`, decrypted by the original's modules. */
export interface DecryptedMessage {
  readonly t: number;
  readonly conn: string;
  readonly to: string;
  readonly has_session_key: boolean;
  readonly session_key_hex: string;
  readonly info_xml: string;
}

function read<T>(name: string): T {
  const url = new URL(`../../../fixtures/vectors/${name}`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(url));
}

/** All vectors. */
export const vectors = read<Vectors>("secure_mode.json");
/** The commands of the trace `secure-mode-patched`. */
export const decryptedTrace = read<DecryptedMessage[]>("secure_mode_patched.decrypted.json");

/** A private key from the bytes of its PKCS#1 form. */
export function privateKeyOf(derBase64: string): RsaPrivateKey {
  return parseRsaPrivateKey(
    `-----BEGIN RSA PRIVATE KEY-----\n${derBase64}\n-----END RSA PRIVATE KEY-----\n`,
  );
}

/** A source that gives out what it was given, in this order. */
export function replay(...chunks: readonly Uint8Array[]): Random {
  const left = [...chunks];
  return {
    bytes(length) {
      const chunk = left.shift();
      if (chunk?.length !== length) {
        throw new Error(`Expected a request for ${chunk?.length} bytes, got one for ${length}`);
      }
      return new Uint8Array(chunk);
    },
  };
}

/** The seed that a peer drew for an OAEP padding: decryption without unpadding shows it. */
export function oaepSeedOf(ciphertext: Uint8Array, key: RsaPrivateKey): Uint8Array {
  const block = privateDecrypt(
    { key: key.keyObject, padding: constants.RSA_NO_PADDING },
    Buffer.from(ciphertext),
  );
  const seed = new Uint8Array(block.subarray(1, 21));
  const data = block.subarray(21);
  // Of MGF1 over data only the first block is needed: a seed is as long as a digest.
  const mask = createHash("sha1").update(data).update(new Uint8Array(4)).digest();
  return seed.map((byte, index) => byte ^ (mask[index] ?? 0));
}

/** Expects a typed refusal. */
export function assertRefused(use: () => unknown, ...codes: readonly SecurityErrorCode[]): void {
  const error = assertThrows(use);
  assertInstanceOf(error, SecurityError);
  if (!codes.includes(error.code)) {
    throw new Error(`Expected ${codes.join(" or ")}, got ${error.code}`);
  }
}
