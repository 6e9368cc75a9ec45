/**
 * Finding out who logs in on a connection.
 *
 * @module
 */
import { tryParseJid } from "../../../lib/protocol/jid.ts";
import { childNamed, textOf, type XmlElement } from "../../../lib/protocol/xml.ts";

const decoder = new TextDecoder();

function decodeText(base64: string): string {
  try {
    return decoder.decode(Uint8Array.fromBase64(base64.replace(/\s/g, "")));
  } catch {
    return "";
  }
}

/**
 * Reads an account's name out of a step of a login (PLAIN, DIGEST-MD5, SCRAM), or out of the JID that
 * the server gives.
 *
 * @param element A child of the stream, from either side.
 * @returns The part of the JID before `@`; `undefined` where the piece does not tell.
 */
export function accountNamed(element: XmlElement): string | undefined {
  if (element.name === "auth" || element.name === "response") {
    return accountOf(decodeText(textOf(element)));
  }
  const bind = element.name === "iq" ? childNamed(element, "bind") : undefined;
  const jid = bind === undefined ? undefined : childNamed(bind, "jid");
  return nameOrNone(jid === undefined ? undefined : tryParseJid(textOf(jid))?.local);
}

function accountOf(step: string): string | undefined {
  const [authorizeAs, account, password] = step.split("\0");
  if (authorizeAs !== undefined && account !== undefined && password !== undefined) {
    return nameOrNone(account);
  }
  const digest = /(?:^|,)username="((?:[^"\\]|\\.)*)"/.exec(step)?.[1];
  if (digest !== undefined) return nameOrNone(digest.replace(/\\(.)/g, "$1"));
  const scram = /^[nyp](?:=[^,]*)?,[^,]*,n=([^,]+),r=/.exec(step)?.[1];
  return nameOrNone(scram?.replaceAll("=2C", ",").replaceAll("=3D", "="));
}

/** A name that can stand in a trace: of reasonable length, without what could end a line. */
function nameOrNone(name: string | undefined): string | undefined {
  const plain = name?.replace(/\p{C}/gu, "").slice(0, 1000);
  return plain === undefined || plain === "" ? undefined : plain;
}
