/**
 * One end of the sealed mode: it talks to one component whose key it knows.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { Jid, tryParseJid } from "../../lib/protocol/jid.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import type { Random } from "../../lib/random.ts";
import { PeerKeys } from "../../lib/secure/peer_keys.ts";
import { SealedEnvelope } from "../../lib/secure/sealed_envelope.ts";
import { SecurityError } from "../../lib/secure/security_error.ts";
import type { X25519PrivateKey, X25519PublicKey } from "../../lib/secure/x25519.ts";
import type { Protection } from "./protection.ts";

/** Options of a {@linkcode SealedSpeaker}. */
export interface SealedSpeakerOptions {
  /** Own full JID. */
  readonly jid: string;
  /** Own key. */
  readonly own: X25519PrivateKey;
  /** JID of the other end; bare for all its sessions. */
  readonly to: string;
  /** Key of the other end. */
  readonly key: X25519PublicKey;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds by which its clock is ahead. Default: 0. */
  readonly aheadMs?: number | undefined;
}

/** Seals commands and acknowledgements. */
export class SealedSpeaker implements Protection {
  readonly #options: SealedSpeakerOptions;
  readonly #jid: Jid;
  readonly #envelope: SealedEnvelope;

  /** @param options See {@linkcode SealedSpeakerOptions}. */
  constructor(options: SealedSpeakerOptions) {
    const { own, to, key, random } = options;
    this.#options = options;
    this.#jid = Jid.parse(options.jid);
    const peers = new PeerKeys([{ jid: tryParseJid(to)?.bare ?? to, key }]);
    // A tool takes whatever came since its peer was started.
    this.#envelope = new SealedEnvelope({ own, peers, random, startedMs: 0 });
  }

  /** See {@linkcode Protection}. */
  protect(stanza: XmlElement): XmlElement {
    const { clock, aheadMs = 0 } = this.#options;
    try {
      return this.#envelope.seal(stanza, this.#jid, clock.now() + aheadMs);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      return stanza;
    }
  }

  /** See {@linkcode Protection}. */
  open(stanza: XmlElement): XmlElement {
    if (!this.#envelope.isSealed(stanza)) return stanza;
    try {
      return this.#envelope.open(stanza, this.#options.clock.now());
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      return stanza;
    }
  }
}
