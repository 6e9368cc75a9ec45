/**
 * Inline commands, as typed into a terminal: words, of which some are quoted.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";

const ESCAPES: Readonly<Record<string, Bytes>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/**
 * Splits a line into words.
 *
 * @param line The line, without its end.
 * @returns The words; `null` when a quote is not closed or not followed by a space.
 */
export function splitInline(line: Bytes): Bytes[] | null {
  const words: Bytes[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(line[at])) at++;
    if (at >= line.length) return words;
    let word = "";
    while (at < line.length && !isSpace(line[at])) {
      const quote = line[at];
      if (quote !== '"' && quote !== "'") {
        word += line[at++];
        continue;
      }
      const quoted = readQuoted(line, at + 1, quote);
      if (quoted === null) return null;
      word += quoted.text;
      at = quoted.end;
    }
    words.push(word);
  }
}

const isSpace = (character: string | undefined) =>
  character !== undefined && " \t\r\n\0\v\f".includes(character);

function readQuoted(
  line: Bytes,
  start: number,
  quote: string,
): { text: Bytes; end: number } | null {
  let text = "";
  for (let at = start; at < line.length; at++) {
    const character = line[at] ?? "";
    if (character === quote) {
      const end = at + 1;
      return end === line.length || isSpace(line[end]) ? { text, end } : null;
    }
    if (character !== "\\") {
      text += character;
      continue;
    }
    const escaped = line[++at] ?? "";
    const hex = /^[0-9a-fA-F]{2}$/.exec(line.slice(at + 1, at + 3));
    if (quote === "'") text += escaped === "'" ? "'" : `\\${escaped}`;
    else if (escaped === "x" && hex !== null) {
      text += String.fromCharCode(parseInt(hex[0], 16));
      at += 2;
    } else text += ESCAPES[escaped] ?? escaped;
  }
  return null;
}
