/**
 * Traces of the original's secure mode in clear words: what was encrypted is decrypted with the private keys
 * of the recorded components, and marked as such.
 *
 * @module
 */
import { readSessionStanza, withInfo } from "../../lib/messaging/session_stanza.ts";
import { tryParseJid } from "../../lib/protocol/jid.ts";
import { serializeXml, type XmlElement } from "../../lib/protocol/xml.ts";
import type { RsaPrivateKey } from "../../lib/secure/rsa_key.ts";
import { SecurityError } from "../../lib/secure/security_error.ts";
import { decryptElement, type SessionBody } from "../../lib/secure/session_envelope.ts";
import { unwrapSessionKey } from "../../lib/secure/session_key.ts";
import { stanzaOf, type TraceRecord } from "../../lib/trace/mod.ts";

/** Private keys by bare JID. */
export type TraceKeys = ReadonlyMap<string, RsaPrivateKey>;

/**
 * Attribute that an opened info has more: what stood in its body. It is compared like every other, so that
 * somebody who speaks in clear is told from somebody who does not.
 */
export const PROTECTED = "protected";
/** A request: its body has the session key, too. */
export const REQUEST = "info, session_key";
/** An answer. */
export const ANSWER = "info";

/**
 * Opens a trace.
 *
 * @param records The trace.
 * @param keys Keys of components in it. A session key that one of them opens opens all of its session; what
 * no key opens stays as it is.
 * @returns The trace in clear words.
 */
export function openTrace(records: readonly TraceRecord[], keys: TraceKeys): TraceRecord[] {
  const sessionKeys: Uint8Array[] = [];
  return records.map((record) => {
    const stanza = stanzaOf(record);
    const { body } = stanza?.name === "message" ? readSessionStanza(stanza) : { body: undefined };
    if (stanza === undefined || body === undefined) return record;
    const sessionKey = body.sessionKey === undefined ? undefined : unwrap(body.sessionKey, keys);
    if (sessionKey !== undefined) sessionKeys.unshift(sessionKey);
    const info = decrypt(body, sessionKeys);
    if (info === undefined) return record;
    return { ...record, xml: serializeXml(withInfo(stanza, marked(info, body))) };
  });
}

/** Marks an info as having been protected. */
export function marked(info: XmlElement, { sessionKey }: SessionBody): XmlElement {
  const attrs = { ...info.attrs, [PROTECTED]: sessionKey === undefined ? ANSWER : REQUEST };
  return { ...info, attrs };
}

/** Bare JID of an address. */
export function bareOf(jid: string | undefined): string {
  return tryParseJid(jid)?.bare ?? "";
}

function unwrap(wrapped: string, keys: TraceKeys): Uint8Array | undefined {
  for (const key of keys.values()) {
    const sessionKey = attempt(() => unwrapSessionKey(wrapped, key));
    if (sessionKey !== undefined) return sessionKey;
  }
  return undefined;
}

function decrypt({ info }: SessionBody, sessionKeys: readonly Uint8Array[]) {
  for (const sessionKey of sessionKeys) {
    const opened = attempt(() => decryptElement(info, sessionKey));
    if (opened !== undefined) return opened;
  }
  return undefined;
}

function attempt<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    return undefined;
  }
}
