/**
 * How the original's secure mode carries a command (report 2.2.7): the info, encrypted, stands in an
 * attribute of `<body>`, and so does the session key; an answer has the info alone.
 *
 * @module
 */
import { decodeInfo, encodeInfo, type Info } from "../protocol/info.ts";
import { decodeValue, encodeValue } from "../protocol/value.ts";
import { childNamed, serializeXml, xml, type XmlElement } from "../protocol/xml.ts";
import { parseXml } from "../protocol/xml_parser.ts";
import type { Random } from "../random.ts";
import { decodeMimeBase64, encodeMimeBase64 } from "./mime_base64.ts";
import { SecurityError } from "./security_error.ts";
import { decryptSession, encryptSession } from "./session_cipher.ts";

/** An encrypted body, values decoded once. */
export interface SessionBody {
  /** The encrypted info. */
  readonly info: string;
  /** The wrapped session key; `undefined` in an answer. */
  readonly sessionKey: string | undefined;
}

/** Longest encrypted info in characters: that of a plain text of about 1 MiB. */
const LONGEST_INFO = 2 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Encrypts an info element.
 *
 * @param info The element, its values encoded.
 * @param sessionKey The session key.
 * @param random Source of the salt.
 * @returns base64 in lines, for {@linkcode encodeSessionBody}.
 */
export function encryptElement(info: XmlElement, sessionKey: Uint8Array, random: Random): string {
  const armoured = encoder.encode(encodeMimeBase64(encoder.encode(serializeXml(info))));
  return encodeMimeBase64(encryptSession(armoured, sessionKey, random));
}

/**
 * Decrypts an info element. Whatever is wrong (length, padding, base64, XML) is told in the same words.
 *
 * @param encrypted The value of `info`, decoded once.
 * @param sessionKey The session key.
 * @returns The element, its values encoded.
 * @throws {SecurityError} `bad-message`: it cannot be decrypted or is no info; `too-large`.
 */
export function decryptElement(encrypted: string, sessionKey: Uint8Array): XmlElement {
  if (encrypted.length > LONGEST_INFO) throw new SecurityError("too-large");
  const container = decodeMimeBase64(encrypted);
  if (container === undefined) throw new SecurityError("bad-message");
  return parseInfo(decryptSession(container, sessionKey));
}

function parseInfo(armoured: Uint8Array): XmlElement {
  try {
    const element = parseXml(decoder.decode(Uint8Array.fromBase64(decoder.decode(armoured))));
    if (element.name === "info") return element;
  } catch {
    // Told in the words of every other failure, below.
  }
  throw new SecurityError("bad-message");
}

/** Encrypts a command: {@linkcode encryptElement} of its info. */
export function encryptInfo(info: Info, sessionKey: Uint8Array, random: Random): string {
  return encryptElement(encodeInfo("info", info), sessionKey, random);
}

/**
 * Decrypts a command: the info of {@linkcode decryptElement}.
 *
 * @param encrypted The value of `info`, decoded once.
 * @param sessionKey The session key.
 * @returns The command.
 * @throws {SecurityError} `bad-message`: it cannot be decrypted or is no info; `too-large`.
 */
export function decryptInfo(encrypted: string, sessionKey: Uint8Array): Info {
  return decodeInfo(decryptElement(encrypted, sessionKey));
}

/**
 * Writes the body of a message.
 *
 * @param body Its values.
 * @param carrier The element that gets them in place of its info; its other attributes stay. Default: a
 * `<body>`.
 * @returns The element.
 */
export function encodeSessionBody(
  body: SessionBody,
  carrier: XmlElement = xml("body"),
): XmlElement {
  const { info, sessionKey } = body;
  return xml(carrier.name, {
    ...carrier.attrs,
    session_key: sessionKey === undefined ? undefined : encodeValue(sessionKey),
    info: encodeValue(info),
  });
}

/**
 * Reads the body of a message.
 *
 * @param body A `<body>`.
 * @returns Its values; `undefined` where it is not encrypted. The original's corrupted resend has an
 * attribute `info` too, but the element as well.
 */
export function decodeSessionBody(body: XmlElement): SessionBody | undefined {
  const { info, session_key: sessionKey } = body.attrs;
  if (info === undefined || childNamed(body, "info") !== undefined) return undefined;
  return {
    info: decodeValue(info),
    sessionKey: sessionKey === undefined ? undefined : decodeValue(sessionKey),
  };
}
