/**
 * Characters, names and entities of XML, and the error that all of its parser throws.
 *
 * @module
 */

/** Why text was refused, in the words of XMPP's stream errors (RFC 6120, 4.9.3). */
export type XmlErrorCode =
  /** Not XML. */
  | "not-well-formed"
  /** XML that XMPP forbids: comments, a DTD, processing instructions. */
  | "restricted-xml"
  /** More than a limit allows. */
  | "policy-violation";

/** The parser refused its input. */
export class XmlError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "XmlError";

  /**
   * Refuses a text.
   *
   * @param code Why, as a stream error condition that a server can send back.
   * @param message What was found, with an excerpt.
   */
  constructor(
    /** Why, as a stream error condition. */
    readonly code: XmlErrorCode,
    message: string,
  ) {
    super(message);
  }
}

// deno-lint-ignore no-control-regex -- control characters are exactly what must be refused
export const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const NAME =
  /^[:A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}][-.:\w\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}]*$/u;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};
const LONGEST_ENTITY = 10;

/** 1 where an ASCII character may stand in a name; characters beyond ASCII are checked apart. */
const IN_NAME = new Uint8Array(128);
for (const character of "-.:_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  IN_NAME[character.charCodeAt(0)] = 1;
}

export function malformed(what: string): XmlError {
  return new XmlError("not-well-formed", `Cannot parse XML: ${what}`);
}

export function excerpt(text: string, start: number): string {
  return JSON.stringify(text.slice(start, start + 40));
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}

/** First index from `start` on that holds no white space; the text's length if there is none. */
export function skipSpace(text: string, start: number): number {
  let index = start;
  while (index < text.length && isSpace(text.charCodeAt(index))) index++;
  return index;
}

/**
 * Names met before, by hash: few are in use, and one that is known needs neither a check nor a new
 * string. Names longer than the longest of these are rare and never kept.
 */
const KNOWN_NAMES: string[] = new Array(1024).fill("");
const LONGEST_KNOWN_NAME = 32;

/** Checks a name and gives back a copy that does not keep the text it came from alive. */
function learnName(text: string, start: number, end: number, slot: number): string {
  const name = text.slice(start, end);
  if (!NAME.test(name)) throw malformed(`bad name at ${excerpt(text, start)}`);
  if (name.length > LONGEST_KNOWN_NAME) return name;
  const copy = Object.keys({ [name]: 0 })[0] ?? name;
  KNOWN_NAMES[slot] = copy;
  return copy;
}

/** Whether a part of a text is `word`; for short words faster than the built-in comparisons. */
function isAt(text: string, start: number, end: number, word: string): boolean {
  if (word.length !== end - start) return false;
  for (let index = 0; index < word.length; index++) {
    if (text.charCodeAt(start + index) !== word.charCodeAt(index)) return false;
  }
  return true;
}

/**
 * Reads a name.
 *
 * @param text The text.
 * @param start Where the name begins.
 * @param maxLength Characters that it may have.
 * @returns The name; empty where it may go on in the next chunk.
 * @throws {XmlError} When there is no name, or a longer one.
 */
export function readName(text: string, start: number, maxLength: number): string {
  let hash = 0;
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code < 128 && IN_NAME[code] === 0) break;
    hash = Math.imul(hash, 31) + code;
  }
  if (end - start > maxLength) {
    throw new XmlError("policy-violation", `Cannot parse XML: long name ${excerpt(text, start)}`);
  }
  if (end === text.length) return "";
  const slot = hash & (KNOWN_NAMES.length - 1);
  const known = KNOWN_NAMES[slot];
  const same = known !== undefined && end > start && isAt(text, start, end, known);
  return same ? known : learnName(text, start, end, slot);
}

/** Bytes of UTF-8 of a part of a text; each half of a surrogate pair counts two. */
export function utf8Length(text: string, start: number, end: number): number {
  let bytes = end - start;
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

function decodeEntity(entity: string): string {
  const named = Object.hasOwn(ENTITIES, entity) ? ENTITIES[entity] : undefined;
  if (named !== undefined) return named;
  const digits = /^#(?:x([\da-fA-F]+)|(\d+))$/.exec(entity);
  if (digits === null) throw malformed(`unknown entity ${excerpt(`&${entity};`, 0)}`);
  const code = digits[1] === undefined ? Number(digits[2]) : parseInt(digits[1], 16);
  const valid = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  const character = valid ? String.fromCodePoint(code) : "\0";
  if (FORBIDDEN.test(character)) throw malformed(`bad character ${excerpt(`&${entity};`, 0)}`);
  return character;
}

/** Replaces the entities of a text or an attribute value. */
export function unescapeXml(text: string): string {
  let ampersand = text.indexOf("&");
  if (ampersand < 0) return text;
  let result = "";
  let done = 0;
  while (ampersand >= 0) {
    const semicolon = text.indexOf(";", ampersand);
    if (semicolon < 0 || semicolon - ampersand > LONGEST_ENTITY) {
      throw malformed(`bare ampersand at ${excerpt(text, ampersand)}`);
    }
    result += text.slice(done, ampersand) + decodeEntity(text.slice(ampersand + 1, semicolon));
    done = semicolon + 1;
    ampersand = text.indexOf("&", done);
  }
  return result + text.slice(done);
}

/** Sets an attribute under any name, `__proto__` included; refuses one that is there. */
export function setAttribute(attrs: Record<string, string>, name: string, value: string): void {
  if (attrs[name] !== undefined && Object.hasOwn(attrs, name)) {
    throw malformed(`attribute ${name} twice`);
  }
  if (name === "__proto__") {
    const property = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(attrs, name, property);
  } else attrs[name] = value;
}
