/**
 * The edge between a script in clear words and a wire in the original's secure mode: what is said is
 * encrypted with keys of now, what comes is decrypted.
 *
 * @module
 */
import { readSessionStanza, withInfo } from "../../../lib/messaging/session_stanza.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import type { Random } from "../../../lib/random.ts";
import type { RsaPrivateKey, RsaPublicKey } from "../../../lib/secure/rsa_key.ts";
import { SecureAnswerer } from "../../protection/secure_answerer.ts";
import { SecureAsker } from "../../protection/secure_asker.ts";
import { ANSWER, bareOf, marked, PROTECTED } from "../open_trace.ts";

/** Keys of now. */
export interface EdgeKeys {
  /** Private key of somebody who is played, by JID in the trace; `undefined`: nobody asks them. */
  readonly ownKey: (jid: string) => RsaPrivateKey | undefined;
  /** Public key of whoever is asked, by JID of now; `undefined`: what goes there stays in clear. */
  readonly keyOf: (jid: string) => RsaPublicKey | undefined;
}

/** Speaks for everybody who is played. */
export class SecureEdge {
  readonly #keys: EdgeKeys;
  readonly #random: Random;
  /** By full JID; each has a session key of its own. */
  readonly #askers = new Map<string, SecureAsker>();
  /** By bare JID. */
  readonly #answerers = new Map<string, SecureAnswerer>();

  /**
   * @param keys See {@linkcode EdgeKeys}.
   * @param random Source of session keys and salts.
   */
  constructor(keys: EdgeKeys, random: Random) {
    this.#keys = keys;
    this.#random = random;
  }

  /** What goes over the wire when somebody who is played says something. */
  protect(speaker: string, stanza: XmlElement): XmlElement {
    const { info } = readSessionStanza(stanza);
    const protection = info?.attrs[PROTECTED];
    if (info === undefined || protection === undefined) return stanza;
    const { [PROTECTED]: _, ...attrs } = info.attrs;
    const clear = withInfo(stanza, { ...info, attrs });
    return protection === ANSWER
      ? this.#answerer(speaker)?.protect(clear) ?? clear
      : this.#asker(speaker).protect(clear);
  }

  /**
   * Opens what a peer said.
   *
   * @param peer Full JID of the peer, now.
   * @param stanza What it said, to somebody of the trace.
   * @returns It in clear words and marked; as it came where it is in clear, or cannot be opened.
   */
  open(peer: string, stanza: XmlElement): XmlElement {
    const { body } = readSessionStanza(stanza);
    if (body === undefined) return stanza;
    const { from, to = "" } = stanza.attrs;
    const stamped = { ...stanza, attrs: { ...stanza.attrs, from: peer } };
    const opened = body.sessionKey === undefined
      ? this.#asker(to).open(stamped)
      : this.#answerer(to)?.open(stamped);
    const { info } = readSessionStanza(opened ?? stanza);
    if (opened === undefined || info === undefined) return stanza;
    const { from: _, ...attrs } = opened.attrs;
    return {
      ...withInfo(opened, marked(info, body)),
      attrs: { ...attrs, ...from === undefined ? {} : { from } },
    };
  }

  #asker(jid: string): SecureAsker {
    const known = this.#askers.get(jid);
    if (known !== undefined) return known;
    const asker = new SecureAsker({ keyOf: this.#keys.keyOf, random: this.#random });
    this.#askers.set(jid, asker);
    return asker;
  }

  #answerer(jid: string): SecureAnswerer | undefined {
    const bare = bareOf(jid);
    const known = this.#answerers.get(bare);
    const key = known === undefined ? this.#keys.ownKey(bare) : undefined;
    if (key === undefined) return known;
    const answerer = new SecureAnswerer(key, this.#random);
    this.#answerers.set(bare, answerer);
    return answerer;
  }
}
