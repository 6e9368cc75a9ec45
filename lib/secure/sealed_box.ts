/**
 * The sealed mode's box: what stands in the envelope, and the authenticated encryption around the text.
 *
 *     text  = "1." base64url(header || ciphertext || tag)      1 is the version
 *     header, 72 bytes, numbers big-endian:
 *        0  sender key       8  id of the sender's static key
 *        8  receiver key     8  id of the receiver's static key
 *       16  ephemeral       32  the sender's ephemeral public key
 *       48  sequence         4  number of the message under this ephemeral key
 *       52  stamp            8  the sender's time, milliseconds since the Unix epoch
 *       60  nonce           12
 *     ciphertext, tag = AES-256-GCM(key, nonce, plaintext, associated data)
 *     associated data = "copilot-sealed-1" || header || from || to || id
 *
 * `from`, `to` and `id` are the stanza's, each behind its length in four bytes. The direction is in them
 * and in the key: the sender's and the receiver's static keys are told apart where it is derived.
 *
 * The nonce is made of the message itself, under a key that its sender alone has. It is neither counted
 * nor drawn: agents live in virtual machines, and one that is copied while it runs counts on from the same
 * number and draws the same chance, but does not say the same at the same millisecond for long. Where it
 * does, it makes the same box, which tells no more than that. Under 2^20 messages a key, two equal nonces
 * of different messages are beyond all odds.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { SecurityError } from "./security_error.ts";
import { KEY_ID_BYTES, X25519_BYTES } from "./x25519.ts";

/** Name and version of the protocol; part of every key and of all associated data. */
export const SEALED_PROTOCOL = "copilot-sealed-1";
/** Length of a nonce in bytes. */
const NONCE_BYTES = 12;

const VERSION_PREFIX = "1.";
const CIPHER = "aes-256-gcm";
const TAG_BYTES = 16;
const AT = { sender: 0, receiver: 8, ephemeral: 16, sequence: 48, stamp: 52, nonce: 60 } as const;
const HEADER_BYTES = AT.nonce + NONCE_BYTES;
/** Longest box in characters: that of a plain text of about 1 MiB. */
const LONGEST_BOX = 3 << 19;
const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

const encoder = new TextEncoder();

/** What a box says in clear; all of it is authenticated. */
export interface SealedHeader {
  /** Id of the sender's static key. */
  readonly senderKeyId: string;
  /** Id of the receiver's static key. */
  readonly receiverKeyId: string;
  /** The sender's ephemeral public key. */
  readonly ephemeral: Uint8Array;
  /** Number of the message under this ephemeral key. */
  readonly sequence: number;
  /** The sender's time in milliseconds since the Unix epoch. */
  readonly stampMs: number;
  /** 12 bytes, others for each message: {@linkcode nonceFor} makes them. */
  readonly nonce: Uint8Array;
}

/** The stanza that a box belongs to: in another one it is refused. */
export interface Binding {
  /** Full JID of the sender. */
  readonly from: string;
  /** JID of the receiver, as the sender wrote it. */
  readonly to: string;
  /** Id of the stanza; empty where it has none. */
  readonly id: string;
}

/** A box, taken apart but not opened. */
export interface SealedBox {
  /** What it claims; true only once it has been opened. */
  readonly header: SealedHeader;
  /** The header as it stands in the box. */
  readonly headerBytes: Uint8Array;
  /** The sealed text, with the tag of 16 bytes at its end. */
  readonly ciphertext: Uint8Array;
}

/**
 * Makes the nonce of a box: HMAC-SHA-256 over all that is sealed and all that it is bound to.
 *
 * @param plaintext The text.
 * @param header What is said in clear.
 * @param binding The stanza.
 * @param nonceKey 32 random bytes of the sender's, as old as the key that the text is sealed with.
 * @returns 12 bytes.
 */
export function nonceFor(
  plaintext: Uint8Array,
  header: Omit<SealedHeader, "nonce">,
  binding: Binding,
  nonceKey: Uint8Array,
): Uint8Array {
  const headerBytes = encodeHeader({ ...header, nonce: new Uint8Array(NONCE_BYTES) });
  const hmac = createHmac("sha256", nonceKey).update(associatedData(headerBytes, binding));
  return new Uint8Array(hmac.update(plaintext).digest().subarray(0, NONCE_BYTES));
}

/**
 * Seals a text.
 *
 * @param plaintext The text.
 * @param header What is said in clear.
 * @param binding The stanza.
 * @param key 32 bytes, agreed between the keys that the header names.
 * @returns The box.
 */
export function sealBox(
  plaintext: Uint8Array,
  header: SealedHeader,
  binding: Binding,
  key: Uint8Array,
): string {
  const headerBytes = encodeHeader(header);
  const cipher = createCipheriv(CIPHER, key, header.nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(headerBytes, binding));
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  const bytes = new Uint8Array(HEADER_BYTES + ciphertext.length + TAG_BYTES);
  bytes.set(headerBytes);
  bytes.set(ciphertext, HEADER_BYTES);
  bytes.set(cipher.getAuthTag(), HEADER_BYTES + ciphertext.length);
  return `${VERSION_PREFIX}${bytes.toBase64(BASE64URL)}`;
}

/**
 * Takes a box apart.
 *
 * @param text The box.
 * @returns Its parts, none of them to be believed yet.
 * @throws {SecurityError} `bad-message`: no box of this version; `too-large`.
 */
export function parseBox(text: string): SealedBox {
  if (text.length > LONGEST_BOX) throw new SecurityError("too-large");
  const bytes = decodeBox(text);
  if (bytes === undefined || bytes.length < HEADER_BYTES + TAG_BYTES) {
    throw new SecurityError("bad-message");
  }
  const headerBytes = bytes.subarray(0, HEADER_BYTES);
  return {
    header: decodeHeader(headerBytes),
    headerBytes,
    ciphertext: bytes.subarray(HEADER_BYTES),
  };
}

/**
 * Opens a box.
 *
 * @param box The box, taken apart.
 * @param binding The stanza in which it came.
 * @param key 32 bytes, agreed between the keys that the header names.
 * @returns The text.
 * @throws {SecurityError} `bad-message`: another key, another stanza, or a bit was changed.
 */
export function openBox(box: SealedBox, binding: Binding, key: Uint8Array): Uint8Array {
  const { header, headerBytes, ciphertext } = box;
  const end = ciphertext.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, header.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(headerBytes, binding));
  decipher.setAuthTag(ciphertext.subarray(end));
  try {
    const plaintext = decipher.update(ciphertext.subarray(0, end));
    decipher.final();
    return plaintext;
  } catch {
    throw new SecurityError("bad-message");
  }
}

function decodeBox(text: string): Uint8Array | undefined {
  if (!text.startsWith(VERSION_PREFIX)) return undefined;
  const base64 = text.slice(VERSION_PREFIX.length);
  try {
    const bytes = Uint8Array.fromBase64(base64, BASE64URL);
    // Each box has one way to be written: no bits unused, no blanks.
    return bytes.toBase64(BASE64URL) === base64 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function encodeHeader(header: SealedHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(Uint8Array.fromHex(header.senderKeyId), AT.sender);
  bytes.set(Uint8Array.fromHex(header.receiverKeyId), AT.receiver);
  bytes.set(header.ephemeral, AT.ephemeral);
  view.setUint32(AT.sequence, header.sequence);
  view.setBigUint64(AT.stamp, BigInt(Math.trunc(header.stampMs)));
  bytes.set(header.nonce, AT.nonce);
  return bytes;
}

function decodeHeader(bytes: Uint8Array): SealedHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const part = (start: number, length: number) => bytes.slice(start, start + length);
  return {
    senderKeyId: part(AT.sender, KEY_ID_BYTES).toHex(),
    receiverKeyId: part(AT.receiver, KEY_ID_BYTES).toHex(),
    ephemeral: part(AT.ephemeral, X25519_BYTES),
    sequence: view.getUint32(AT.sequence),
    stampMs: Number(view.getBigUint64(AT.stamp)),
    nonce: part(AT.nonce, NONCE_BYTES),
  };
}

function associatedData(headerBytes: Uint8Array, { from, to, id }: Binding): Uint8Array {
  const parts = [encoder.encode(SEALED_PROTOCOL), headerBytes];
  for (const text of [from, to, id]) {
    const bytes = encoder.encode(text);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    parts.push(length, bytes);
  }
  const data = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}
