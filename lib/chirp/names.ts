/**
 * File names as text. The protocol and Unix know names as bytes, most of them UTF-8. A byte that is no
 * part of valid UTF-8 is held as a lone low surrogate (0x80 → U+DC80 … 0xFF → U+DCFF), so that every
 * name survives the way to text and back.
 *
 * @module
 */

const ENCODER = new TextEncoder();
const STRICT_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const ESCAPE_BASE = 0xdc00;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Reads a name; bytes that are not UTF-8 become lone surrogates.
 *
 * @param bytes The name's bytes.
 * @returns The name; {@linkcode bytesOfName} gives the same bytes back.
 */
export function nameOfBytes(bytes: Uint8Array): string {
  try {
    return STRICT_DECODER.decode(bytes);
  } catch {
    return nameOfBrokenUtf8(bytes);
  }
}

/**
 * Turns a name into bytes: UTF-8, and the bytes that its lone surrogates stand for.
 *
 * @param name The name.
 * @returns The bytes.
 * @throws {SyntaxError} A lone surrogate that stands for no byte.
 */
export function bytesOfName(name: string): Uint8Array {
  if (!LONE_SURROGATE.test(name)) return ENCODER.encode(name);
  const bytes: number[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0xd800 || code > 0xdfff) {
      bytes.push(...ENCODER.encode(character));
    } else if (code >= ESCAPE_BASE + 0x80 && code <= ESCAPE_BASE + 0xff) {
      bytes.push(code - ESCAPE_BASE);
    } else {
      throw new SyntaxError(`Cannot encode the lone surrogate U+${code.toString(16)} of a name`);
    }
  }
  return Uint8Array.from(bytes);
}

/** Decodes the valid parts, longest first, and escapes the bytes between them. */
function nameOfBrokenUtf8(bytes: Uint8Array): string {
  let name = "";
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    const length = sequenceLength(byte);
    const character = length === 1
      ? String.fromCharCode(byte)
      : strictlyDecoded(bytes.subarray(at, at + length));
    name += character ?? String.fromCharCode(ESCAPE_BASE + byte);
    at += character === undefined ? 1 : length;
  }
  return name;
}

/** Length of the UTF-8 sequence that a byte begins; 0 where it can begin none. */
function sequenceLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2) return 0;
  if (byte < 0xe0) return 2;
  if (byte < 0xf0) return 3;
  return byte < 0xf5 ? 4 : 0;
}

function strictlyDecoded(bytes: Uint8Array): string | undefined {
  // What is plainly no sequence is not tried: an exception costs a thousand times as much.
  if (bytes.length < 2 || (bytes[1] ?? 0) >> 6 !== 0b10) return undefined;
  try {
    return STRICT_DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}
