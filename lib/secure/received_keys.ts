/**
 * Session keys that have come, so that each is decrypted once. The original makes a new padding for
 * every message and so gains nothing; a component of ours sends the same bytes again, and saves its peer
 * the private key's milliseconds.
 *
 * @module
 */
import { RecentMap } from "./recent_map.ts";
import type { RsaPrivateKey } from "./rsa_key.ts";
import { unwrapSessionKey } from "./session_key.ts";

/** Session keys that are remembered at most, some 0.5 kB each. */
const MOST_KEYS = 10_000;

/** The session keys of one component's peers. */
export class ReceivedKeys {
  readonly #own: RsaPrivateKey;
  /** By wrapped key. */
  readonly #keys: RecentMap<Uint8Array>;

  /**
   * Begins empty; beyond the limit the key that was not needed for longest is forgotten.
   *
   * @param own The own key.
   * @param limit Keys that are remembered at most. Default: 10,000.
   */
  constructor(own: RsaPrivateKey, limit: number = MOST_KEYS) {
    this.#own = own;
    this.#keys = new RecentMap(limit);
  }

  /** Keys that are remembered now. */
  get size(): number {
    return this.#keys.size;
  }

  /**
   * Decrypts a session key, or remembers it.
   *
   * @param wrapped The value of `session_key`, decoded once.
   * @returns 32 bytes.
   * @throws {SecurityError} `bad-session-key`.
   */
  unwrap(wrapped: string): Uint8Array {
    const known = this.#keys.get(wrapped);
    if (known !== undefined) return known;
    const sessionKey = unwrapSessionKey(wrapped, this.#own);
    this.#keys.set(wrapped, sessionKey);
    return sessionKey;
  }
}
