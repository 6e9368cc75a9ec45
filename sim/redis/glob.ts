/**
 * Redis' glob patterns: `*`, `?`, `[a-z]`, `[^x]` and `\` before a character that stands for itself.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";

/**
 * Matches a whole byte string against a pattern.
 *
 * Runs in time proportional to pattern times text: only the latest `*` is ever tried again.
 *
 * @param pattern The pattern.
 * @param text The byte string.
 * @returns Whether it matches.
 */
export function matchGlob(pattern: Bytes, text: Bytes): boolean {
  if (pattern === "*") return true;
  let at = 0;
  let index = 0;
  let starAt = -1;
  let starIndex = 0;
  while (index < text.length) {
    if (pattern[at] === "*") {
      starAt = at++;
      starIndex = index;
      continue;
    }
    const next = matchOne(pattern, at, text.charCodeAt(index));
    if (next > 0) {
      at = next;
      index++;
    } else if (starAt >= 0) {
      at = starAt + 1;
      index = ++starIndex;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at >= pattern.length;
}

/** Matches one character; returns where the pattern goes on, or 0 when it does not match. */
function matchOne(pattern: Bytes, at: number, code: number): number {
  if (at >= pattern.length) return 0;
  switch (pattern[at]) {
    case "?":
      return at + 1;
    case "[":
      return matchClass(pattern, at + 1, code);
    case "\\": {
      const literal = at + 1 < pattern.length ? at + 1 : at;
      return pattern.charCodeAt(literal) === code ? literal + 1 : 0;
    }
    default:
      return pattern.charCodeAt(at) === code ? at + 1 : 0;
  }
}

function matchClass(pattern: Bytes, start: number, code: number): number {
  let at = start;
  const negated = pattern[at] === "^";
  if (negated) at++;
  let found = false;
  while (at < pattern.length && pattern[at] !== "]") {
    if (pattern[at] === "\\" && at + 1 < pattern.length) {
      found ||= pattern.charCodeAt(++at) === code;
      at++;
    } else if (pattern[at + 1] === "-" && at + 2 < pattern.length) {
      const first = pattern.charCodeAt(at);
      const last = pattern.charCodeAt(at + 2);
      found ||= code >= Math.min(first, last) && code <= Math.max(first, last);
      at += 3;
    } else found ||= pattern.charCodeAt(at++) === code;
  }
  return found === negated ? 0 : Math.min(at + 1, pattern.length) || 1;
}
