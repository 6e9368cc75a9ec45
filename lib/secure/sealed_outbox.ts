/**
 * The sealing side: one ephemeral key for each receiver, renewed by time and by number of messages.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { RecentMap } from "./recent_map.ts";
import { type Binding, nonceFor, sealBox } from "./sealed_box.ts";
import { senderKey } from "./sealed_key.ts";
import { generateX25519Key, type X25519PrivateKey, type X25519PublicKey } from "./x25519.ts";

/** What one ephemeral key is good for. */
interface Sending {
  readonly ephemeral: Uint8Array;
  readonly key: Uint8Array;
  /** Never leaves this machine. */
  readonly nonceKey: Uint8Array;
  readonly madeMs: number;
  nextSequence: number;
}

/** Milliseconds that an ephemeral key is used. */
const EPHEMERAL_LASTS_MS = 3_600_000;
/** Messages that it is used for: far below where two nonces could meet. */
const EPHEMERAL_MESSAGES = 1 << 20;
const NONCE_KEY_BYTES = 32;
/** Receivers at most; one that is dropped costs its next message two key agreements. */
const MOST_RECEIVERS = 65_536;

/** Seals messages of one component. */
export class SealedOutbox {
  readonly #own: X25519PrivateKey;
  readonly #random: Random;
  /** By id of the receiver's key. */
  readonly #sending = new RecentMap<Sending>(MOST_RECEIVERS);

  /**
   * Makes an ephemeral key at the first message to each receiver.
   *
   * @param own The own static key.
   * @param random Source of ephemeral keys and of what nonces are made with.
   */
  constructor(own: X25519PrivateKey, random: Random) {
    this.#own = own;
    this.#random = random;
  }

  /**
   * Seals a message.
   *
   * @param plaintext Its text.
   * @param receiver The receiver's static key.
   * @param binding The stanza.
   * @param nowMs Current time in milliseconds since the Unix epoch.
   * @returns The box.
   * @throws {SecurityError} `bad-key`: the receiver's key is good for nothing.
   */
  seal(plaintext: Uint8Array, receiver: X25519PublicKey, binding: Binding, nowMs: number): string {
    const sending = this.#sendingTo(receiver, nowMs);
    const header = {
      senderKeyId: this.#own.publicKey.id,
      receiverKeyId: receiver.id,
      ephemeral: sending.ephemeral,
      sequence: sending.nextSequence++,
      stampMs: nowMs,
    };
    const nonce = nonceFor(plaintext, header, binding, sending.nonceKey);
    return sealBox(plaintext, { ...header, nonce }, binding, sending.key);
  }

  #sendingTo(receiver: X25519PublicKey, nowMs: number): Sending {
    const known = this.#sending.get(receiver.id);
    const isUsable = known !== undefined && known.nextSequence < EPHEMERAL_MESSAGES &&
      Math.abs(nowMs - known.madeMs) < EPHEMERAL_LASTS_MS;
    if (isUsable) return known;
    const ephemeral = generateX25519Key(this.#random);
    const sending: Sending = {
      ephemeral: ephemeral.publicKey.bytes,
      key: senderKey(this.#own, ephemeral, receiver),
      nonceKey: this.#random.bytes(NONCE_KEY_BYTES),
      madeMs: nowMs,
      nextSequence: 0,
    };
    this.#sending.set(receiver.id, sending);
    return sending;
  }
}
