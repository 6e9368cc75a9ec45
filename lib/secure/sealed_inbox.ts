/**
 * The opening side: which boxes are authentic, fresh, and have not come before.
 *
 * A box is fresh when its stamp is near the receiver's clock. Under each ephemeral key its number is
 * taken once. What is known of an ephemeral key is forgotten when no box under it could be fresh any
 * more, or when there are too many. Then a floor is raised for that sender, and of an unknown ephemeral
 * key only boxes above the floor are taken, also where the receiver's clock is set back. The receiver's
 * own start is the first floor. So no box is taken twice while the receiver lives, and after a restart
 * none but those that were stamped ahead of its clock then, for as long as they were ahead. The price is
 * that some good ones are refused after a restart where clocks differ; their sender seals them again with
 * each attempt.
 *
 * @module
 */
import { ReplayWindow } from "./replay_window.ts";
import { type Binding, openBox, parseBox, type SealedBox } from "./sealed_box.ts";
import { receiverKey } from "./sealed_key.ts";
import { SecurityError } from "./security_error.ts";
import { importX25519PublicKey, type X25519PrivateKey, type X25519PublicKey } from "./x25519.ts";

/** Options of a {@linkcode SealedInbox}. */
export interface SealedInboxOptions {
  /** Own static keys: the current one, and older ones for which messages may still come. */
  readonly own: readonly X25519PrivateKey[];
  /** Time of the start in milliseconds since the Unix epoch. */
  readonly startedMs: number;
  /** How far a sender's clock may be off, in milliseconds. Default: 300,000. */
  readonly toleranceMs?: number | undefined;
  /** Ephemeral keys that are remembered at most. Default: 65,536. */
  readonly sessionLimit?: number | undefined;
}

/** What is known of an ephemeral key. */
interface Session {
  readonly key: Uint8Array;
  readonly senderKeyId: string;
  readonly window: ReplayWindow;
  highestStampMs: number;
  lastOpenedMs: number;
}

/** An opened box. */
export interface Opened {
  /** The text as it was sealed. */
  readonly plaintext: Uint8Array;
  /** The key with which it was sealed. */
  readonly sender: X25519PublicKey;
}

/** Opens messages to one component. */
export class SealedInbox {
  readonly #own: ReadonlyMap<string, X25519PrivateKey>;
  readonly #startedMs: number;
  readonly #toleranceMs: number;
  readonly #sessionLimit: number;
  /** By the keys of a header, the least recently used first. */
  readonly #sessions = new Map<string, Session>();
  /** By id of the sender's key; there are as many as configured peers at most. */
  readonly #floorsMs = new Map<string, number>();

  /**
   * Begins without sessions: what was sealed before `startedMs` may be a replay and is refused.
   *
   * @param options See {@linkcode SealedInboxOptions}.
   */
  constructor(options: SealedInboxOptions) {
    this.#own = new Map(options.own.map((key) => [key.publicKey.id, key]));
    this.#startedMs = options.startedMs;
    this.#toleranceMs = options.toleranceMs ?? 300_000;
    this.#sessionLimit = options.sessionLimit ?? 65_536;
  }

  /** Ephemeral keys that are remembered now. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /**
   * Opens a box.
   *
   * @param text The box.
   * @param binding The stanza in which it came.
   * @param keyOf The sender's key of that id, where it is one of the sender's.
   * @param nowMs Current time in milliseconds since the Unix epoch.
   * @returns The text, and who sealed it.
   * @throws {SecurityError} `bad-message`, `too-large`, `unknown-peer`, `stale`, `replayed`.
   */
  open(
    text: string,
    binding: Binding,
    keyOf: (id: string) => X25519PublicKey | undefined,
    nowMs: number,
  ): Opened {
    const box = parseBox(text);
    const { senderKeyId, receiverKeyId, ephemeral, stampMs, sequence } = box.header;
    const sender = keyOf(senderKeyId);
    if (sender === undefined) throw new SecurityError("unknown-peer");
    if (Math.abs(nowMs - stampMs) > this.#toleranceMs) throw new SecurityError("stale");
    const name = `${senderKeyId} ${receiverKeyId} ${ephemeral.toHex()}`;
    const session = this.#sessions.get(name) ?? this.#newSession(box, sender);
    const plaintext = openBox(box, binding, session.key);
    // From here on the box is known to be the sender's; before, nothing may be remembered of it.
    const isNew = !this.#sessions.has(name);
    if (isNew && stampMs <= this.#floorMs(senderKeyId)) throw new SecurityError("stale");
    if (!session.window.take(sequence)) throw new SecurityError("replayed");
    session.highestStampMs = Math.max(session.highestStampMs, stampMs);
    session.lastOpenedMs = nowMs;
    this.#remember(name, session, nowMs);
    return { plaintext, sender };
  }

  #newSession({ header }: SealedBox, sender: X25519PublicKey): Session {
    const own = this.#own.get(header.receiverKeyId);
    if (own === undefined) throw new SecurityError("bad-message");
    return {
      key: keyAgreed(own, sender, header.ephemeral),
      senderKeyId: header.senderKeyId,
      window: new ReplayWindow(),
      highestStampMs: 0,
      lastOpenedMs: 0,
    };
  }

  #floorMs(senderKeyId: string): number {
    return this.#floorsMs.get(senderKeyId) ?? this.#startedMs - 1;
  }

  #remember(name: string, session: Session, nowMs: number): void {
    this.#sessions.delete(name);
    this.#sessions.set(name, session);
    for (const [oldest, { senderKeyId, highestStampMs, lastOpenedMs }] of this.#sessions) {
      // Its last box was at most the tolerance ahead, so that it is stale after twice the time.
      const isOver = nowMs - lastOpenedMs > 2 * this.#toleranceMs;
      if (!isOver && this.#sessions.size <= this.#sessionLimit) break;
      this.#sessions.delete(oldest);
      this.#floorsMs.set(senderKeyId, Math.max(this.#floorMs(senderKeyId), highestStampMs));
    }
  }
}

function keyAgreed(
  own: X25519PrivateKey,
  sender: X25519PublicKey,
  ephemeral: Uint8Array,
): Uint8Array {
  try {
    return receiverKey(own, sender, importX25519PublicKey(ephemeral));
  } catch {
    // An ephemeral key that is good for nothing is told in the words of every other damage.
    throw new SecurityError("bad-message");
  }
}
