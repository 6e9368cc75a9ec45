/**
 * Attribute values on the wire (report 2.1): base64 behind a prefix.
 *
 * @module
 */

/** What the original writes before a value; the report prints it with two underscores. */
const PREFIX = "_BASE64:";
const ACCEPTED_PREFIX = /^_{1,2}BASE64:*/;
const UNDERSCORE = 0x5f;
const COLON = 0x3a;
/** MIME line length; the original breaks values as Perl's MIME::Base64 does. */
const LINE_LENGTH = 76;

// deno-lint-ignore no-control-regex -- all of ASCII is meant
const BEYOND_ASCII = /[^\x00-\x7f]/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Writes a value as the original does: `_BASE64:`, then base64 of its UTF-8 bytes with a newline
 * after every 76 characters and at the end. An empty value is the prefix alone.
 *
 * @param text The value; lone surrogates become U+FFFD.
 * @returns The attribute value.
 */
export function encodeValue(text: string): string {
  if (text === "") return PREFIX;
  // Of ASCII each character is its byte: the way through bytes would take several times as long.
  const base64 = BEYOND_ASCII.test(text) ? encoder.encode(text).toBase64() : btoa(text);
  if (base64.length <= LINE_LENGTH) return `${PREFIX}${base64}\n`;
  let lines = PREFIX;
  for (let start = 0; start < base64.length; start += LINE_LENGTH) {
    lines += `${base64.slice(start, start + LINE_LENGTH)}\n`;
  }
  return lines;
}

/**
 * Reads a value in every accepted form: prefix with one underscore (the original) or two (the
 * report), no colon or several, blanks and junk between the digits, padding or none; text without
 * the prefix is taken as it stands. Never throws: bytes that are not UTF-8 become U+FFFD.
 *
 * @param attribute The attribute's value, unescaped.
 * @returns The text.
 */
export function decodeValue(attribute: string): string {
  const length = prefixLength(attribute);
  if (length === 0) return attribute;
  const base64 = attribute.slice(length);
  try {
    const bytes = atob(base64);
    return BEYOND_ASCII.test(bytes) ? decoder.decode(Uint8Array.fromBase64(base64)) : bytes;
  } catch {
    return decoder.decode(decodeSloppily(base64));
  }
}

/** Words of which both forms are kept at most. */
const MOST_WORDS = 1000;
const encodedWords = new Map<string, string>();
const decodedWords = new Map<string, string>();

/** {@linkcode encodeValue} for words out of a small vocabulary, such as the names of commands. */
export function encodeWord(word: string): string {
  return encodedWords.get(word) ?? keep(encodedWords, word, encodeValue(word));
}

/** {@linkcode decodeValue} for words out of a small vocabulary, such as the names of commands. */
export function decodeWord(attribute: string): string {
  return decodedWords.get(attribute) ?? keep(decodedWords, attribute, decodeValue(attribute));
}

/** Keeps short words as long as there is room: peers may send any number of others. */
function keep(words: Map<string, string>, word: string, form: string): string {
  if (words.size < MOST_WORDS && word.length <= LINE_LENGTH) words.set(word, form);
  return form;
}

/** Characters of a value's prefix, the usual one first: a pattern takes several times as long. */
function prefixLength(attribute: string): number {
  if (attribute.charCodeAt(0) !== UNDERSCORE) return 0;
  const isUsual = attribute.startsWith(PREFIX) && attribute.charCodeAt(PREFIX.length) !== COLON;
  return isUsual ? PREFIX.length : ACCEPTED_PREFIX.exec(attribute)?.[0].length ?? 0;
}

/** Perl's reading: everything outside the alphabet is skipped, `=` ends the text. */
function decodeSloppily(base64: string): Uint8Array {
  const end = base64.indexOf("=");
  const digits = (end < 0 ? base64 : base64.slice(0, end)).replace(/[^A-Za-z0-9+/]/g, "");
  // One digit over a group of four carries less than a byte.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Uint8Array.fromBase64(whole);
}
