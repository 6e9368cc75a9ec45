/**
 * The answering side of the original's secure mode: requests are opened with one's own key, answers are
 * encrypted with the session key of their receiver.
 *
 * @module
 */
import {
  readSessionStanza,
  withInfo,
  withSessionBody,
} from "../../lib/messaging/session_stanza.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import type { Random } from "../../lib/random.ts";
import { RecentMap } from "../../lib/secure/recent_map.ts";
import type { RsaPrivateKey } from "../../lib/secure/rsa_key.ts";
import { SecurityError } from "../../lib/secure/security_error.ts";
import { decryptElement, encryptElement } from "../../lib/secure/session_envelope.ts";
import { unwrapSessionKey } from "../../lib/secure/session_key.ts";
import type { Protection } from "./protection.ts";

/** Sessions at most whose key is remembered. */
const MOST_SESSIONS = 10_000;

/** A manager's or a key manager's side. */
export class SecureAnswerer implements Protection {
  readonly #own: RsaPrivateKey;
  readonly #random: Random;
  /** By full JID of the session that sent it last. */
  readonly #sessionKeys = new RecentMap<Uint8Array>(MOST_SESSIONS);

  /**
   * @param own Own key.
   * @param random Source of salts.
   */
  constructor(own: RsaPrivateKey, random: Random) {
    this.#own = own;
    this.#random = random;
  }

  /** The session key that came last from a session. */
  sessionKeyOf(jid: string): Uint8Array | undefined {
    return this.#sessionKeys.get(jid);
  }

  /** See {@linkcode Protection}; what goes to somebody who never asked stays in clear. */
  protect(stanza: XmlElement): XmlElement {
    const { info } = readSessionStanza(stanza);
    const sessionKey = this.#sessionKeys.get(stanza.attrs["to"] ?? "");
    if (info === undefined || sessionKey === undefined) return stanza;
    const encrypted = encryptElement(info, sessionKey, this.#random);
    return withSessionBody(stanza, { info: encrypted, sessionKey: undefined });
  }

  /** See {@linkcode Protection}; the ticket stays in the info. */
  open(stanza: XmlElement): XmlElement {
    const { body } = readSessionStanza(stanza);
    if (body?.sessionKey === undefined) return stanza;
    try {
      const sessionKey = unwrapSessionKey(body.sessionKey, this.#own);
      const info = decryptElement(body.info, sessionKey);
      this.#sessionKeys.set(stanza.attrs["from"] ?? "", sessionKey);
      return withInfo(stanza, info);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      return stanza;
    }
  }
}
