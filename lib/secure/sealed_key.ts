/**
 * How the sealed mode agrees on a key, in one message (the pattern K of the Noise framework): the
 * receiver's static key with the sender's ephemeral one, so that only the receiver can open it, and with
 * the sender's static one, so that only the sender can have sealed it.
 *
 *     secret = X25519(ephemeral, receiver) || X25519(sender, receiver)
 *     key    = HKDF-SHA-256(secret, salt "copilot-sealed-1", info sender || receiver || ephemeral)
 *
 * @module
 */
import { hkdfSync } from "node:crypto";
import { SEALED_PROTOCOL } from "./sealed_box.ts";
import { agree, type X25519PrivateKey, type X25519PublicKey } from "./x25519.ts";

const KEY_BYTES = 32;

/**
 * Agrees on a key as the sender.
 *
 * @param sender The own static key.
 * @param ephemeral The own ephemeral key.
 * @param receiver The receiver's static key.
 * @returns 32 bytes.
 * @throws {SecurityError} `bad-key`: the receiver's key is good for nothing.
 */
export function senderKey(
  sender: X25519PrivateKey,
  ephemeral: X25519PrivateKey,
  receiver: X25519PublicKey,
): Uint8Array {
  return derive([agree(ephemeral, receiver), agree(sender, receiver)], [
    sender.publicKey,
    receiver,
    ephemeral.publicKey,
  ]);
}

/**
 * Agrees on a key as the receiver.
 *
 * @param receiver The own static key.
 * @param sender The sender's static key.
 * @param ephemeral The sender's ephemeral key, from the box.
 * @returns 32 bytes.
 * @throws {SecurityError} `bad-key`: one of the sender's keys is good for nothing.
 */
export function receiverKey(
  receiver: X25519PrivateKey,
  sender: X25519PublicKey,
  ephemeral: X25519PublicKey,
): Uint8Array {
  return derive([agree(receiver, ephemeral), agree(receiver, sender)], [
    sender,
    receiver.publicKey,
    ephemeral,
  ]);
}

function derive(secrets: readonly Uint8Array[], keys: readonly X25519PublicKey[]): Uint8Array {
  const info = join(keys.map(({ bytes }) => bytes));
  return new Uint8Array(hkdfSync("sha256", join(secrets), SEALED_PROTOCOL, info, KEY_BYTES));
}

/** All parts have the same length, so that nothing stands between them. */
function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.fromHex(parts.map((part) => part.toHex()).join(""));
}
