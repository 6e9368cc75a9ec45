/**
 * Text from outside, made safe for one line of a log or a terminal.
 *
 * @module
 */

/**
 * Everything that could end a line, drive a terminal or turn the reading direction: control
 * characters, line and paragraph separators, bidirectional marks, lone surrogates.
 */
// deno-lint-ignore no-control-regex -- control characters are exactly what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escapeCharacter(character: string): string {
  return SHORT_ESCAPES[character] ??
    `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Replaces characters that could forge a line or drive a terminal by visible escapes, those of
 * JSON, so that a line of JSON stays one.
 *
 * @example
 * ```ts
 * import { escapeControls } from "./escape.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(escapeControls("one\ntwo\x1b[2J"), "one\\ntwo\\u001b[2J");
 * ```
 *
 * @param text Any text.
 * @returns The text on one line.
 */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}
