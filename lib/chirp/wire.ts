/**
 * Words, lines and limits of the Chirp protocol. Pure: neither sockets nor files.
 *
 * @module
 */

import { bytesOfName, nameOfBytes } from "./names.ts";

export { type ChirpStat, fileStatusOf, formatStat, parseStat } from "./stat.ts";

/** The TCP port that servers listen on unless told otherwise. */
export const CHIRP_PORT = 9094;

/** Longest line in bytes, the line feed included; a server closes the connection on a longer one. */
export const LONGEST_LINE = 1024;

/** Most bytes that one `pread` or `pwrite` moves. */
export const LONGEST_IO = 16 * 1024 * 1024;

const PERCENT = 0x25;

/** What a path word carries for each byte: the byte itself, or `%` and two hexadecimal digits. */
const WORD_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  const plain = byte > 0x20 && byte < 0x7f && !`"%'<>\\{|}~`.includes(character);
  return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

// deno-lint-ignore no-control-regex -- control characters are what is looked for
const NEEDS_ESCAPE = /[\x00-\x20"%'<>\\{|}~\x7f-\uffff]/;
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const NEEDS_DECODING = /[\x00%\x80-\uffff]/;

/**
 * Writes a path as one word of a request: blanks, controls, the characters that old servers expect
 * escaped, and all bytes of UTF-8 from 0x80 as `%XX`.
 *
 * @example
 * ```ts
 * import { encodePath } from "./wire.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodePath("/a b/ä"), "/a%20b/%C3%A4");
 * ```
 *
 * @param path The path; bytes that are not UTF-8 stand in it as `names.ts` tells.
 * @returns The word, in ASCII.
 * @throws {SyntaxError} The path holds a NUL, or a lone surrogate that stands for no byte.
 */
export function encodePath(path: string): string {
  if (!NEEDS_ESCAPE.test(path)) return path;
  let word = "";
  for (const byte of bytesOfName(path)) {
    if (byte === 0) {
      throw new SyntaxError(`Cannot send the NUL of path ${JSON.stringify(path.slice(0, 120))}`);
    }
    word += WORD_OF_BYTE[byte];
  }
  return word;
}

/**
 * Reads a path word. It is stricter than chirp_server, which reads past the end of a broken escape.
 *
 * @param word The word as it came, one character a byte (latin1); raw UTF-8 bytes are welcome.
 * @returns The path as text; bytes that are not UTF-8 stand in it as `names.ts` tells, so
 * {@linkcode encodePath} gives a word for the same bytes back.
 * @throws {SyntaxError} A broken escape, a NUL (`%00` too), or a character above 0xFF.
 */
export function decodePathWord(word: string): string {
  if (!NEEDS_DECODING.test(word)) return word;
  const bytes = new Uint8Array(word.length);
  let length = 0;
  for (let at = 0; at < word.length; at++) {
    let byte = word.charCodeAt(at);
    if (byte === PERCENT) {
      const digits = word.slice(at + 1, at + 3);
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) {
        throw new SyntaxError(`Cannot read the escape %${digits} of a path word`);
      }
      byte = parseInt(digits, 16);
      at += 2;
    }
    if (byte === 0) throw new SyntaxError("Cannot read a path word that holds a NUL");
    if (byte > 0xff) throw new SyntaxError("Cannot read a path word that is not one of bytes");
    bytes[length++] = byte;
  }
  return nameOfBytes(bytes.subarray(0, length));
}

/**
 * Makes a path absolute and plain, by its text alone: `//`, `/.` and `/..` are folded and a slash at the
 * end is dropped. The root's parent is the root.
 *
 * @example
 * ```ts
 * import { foldPath } from "./wire.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(foldPath("a/./b//../../../c/"), "/c");
 * ```
 *
 * @param path Any path.
 * @returns The path from the root; `/` is the root.
 */
export function foldPath(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}
