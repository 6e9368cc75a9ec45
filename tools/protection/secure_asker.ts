/**
 * The asking side of the original's secure mode (report 2.2.7): a session key of one's own and a ticket go
 * with every request.
 *
 * @module
 */
import {
  readSessionStanza,
  withInfo,
  withSessionBody,
} from "../../lib/messaging/session_stanza.ts";
import { encodeValue } from "../../lib/protocol/value.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import type { Random } from "../../lib/random.ts";
import type { RsaPublicKey } from "../../lib/secure/rsa_key.ts";
import { SecurityError } from "../../lib/secure/security_error.ts";
import { decryptElement, encryptElement } from "../../lib/secure/session_envelope.ts";
import { newSessionKey, wrapSessionKey } from "../../lib/secure/session_key.ts";
import type { Protection } from "./protection.ts";

/** Attribute of a request that holds its ticket. */
export const TICKET = "componentAuthenticationTicket";

/** Options of a {@linkcode SecureAsker}. */
export interface SecureAskerOptions {
  /** Key of a receiver by its JID; `undefined`: what goes there stays in clear. */
  readonly keyOf: (to: string) => RsaPublicKey | undefined;
  /** Ticket to show. Default: the request has none but its own. */
  readonly ticket?: string | undefined;
  /** Default: a new one. */
  readonly sessionKey?: Uint8Array | undefined;
  readonly random: Random;
}

/** An agent's side. */
export class SecureAsker implements Protection {
  /** 32 bytes. */
  sessionKey: Uint8Array;
  /** Shown with each request; `undefined`: none is. */
  ticket: string | undefined;
  readonly #options: SecureAskerOptions;

  /** @param options See {@linkcode SecureAskerOptions}. */
  constructor(options: SecureAskerOptions) {
    this.#options = options;
    this.ticket = options.ticket;
    this.sessionKey = options.sessionKey ?? newSessionKey(options.random);
  }

  /** See {@linkcode Protection}; acknowledgements stay plain. */
  protect(stanza: XmlElement): XmlElement {
    const { info } = readSessionStanza(stanza);
    const key = this.#options.keyOf(stanza.attrs["to"] ?? "");
    if (info === undefined || key === undefined) return stanza;
    return withSessionBody(stanza, {
      info: this.encrypt(info),
      sessionKey: wrapSessionKey(this.sessionKey, key, this.#options.random),
    });
  }

  /** Encrypts an info with the session key, the ticket in it. */
  encrypt(info: XmlElement): string {
    const { ticket } = this;
    const attrs = ticket === undefined
      ? info.attrs
      : { ...info.attrs, [TICKET]: encodeValue(ticket) };
    return encryptElement({ ...info, attrs }, this.sessionKey, this.#options.random);
  }

  /** See {@linkcode Protection}. */
  open(stanza: XmlElement): XmlElement {
    const { body } = readSessionStanza(stanza);
    if (body === undefined) return stanza;
    try {
      return withInfo(stanza, decryptElement(body.info, this.sessionKey));
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      return stanza;
    }
  }
}
