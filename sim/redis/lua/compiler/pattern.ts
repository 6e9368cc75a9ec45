/**
 * Lua's patterns as regular expressions.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { Unsupported } from "./unsupported.ts";

/** Classes of ASCII characters, as C's locale has them. */
const CLASSES: Readonly<Record<string, string>> = {
  a: "A-Za-z",
  c: "\\x00-\\x1f\\x7f",
  d: "0-9",
  l: "a-z",
  p: "!-/:-@[-`{-~",
  s: "\\t-\\r ",
  u: "A-Z",
  w: "A-Za-z0-9",
  x: "0-9A-Fa-f",
};

const REPEATED: Readonly<Record<string, string>> = { "*": "*", "+": "+", "-": "*?", "?": "?" };

/** Most patterns kept. */
const MOST_KNOWN = 200;
const known = new Map<Bytes, RegExp>();

/**
 * Translates a pattern.
 *
 * @param pattern The pattern.
 * @returns An expression that finds what it finds, from its `lastIndex` on; sticky where the pattern is
 * anchored.
 * @throws {Unsupported} At what expressions cannot do: `%b`, `%f`, `%1`, `()`, and at what is no pattern.
 */
export function toRegExp(pattern: Bytes): RegExp {
  const found = known.get(pattern);
  if (found !== undefined) return found;
  const expression = new PatternReader(pattern).translate();
  if (known.size < MOST_KNOWN) known.set(pattern, expression);
  return expression;
}

/** Reads a pattern from its beginning to its end. */
class PatternReader {
  readonly #pattern: Bytes;
  #at = 0;

  constructor(pattern: Bytes) {
    this.#pattern = pattern;
  }

  translate(): RegExp {
    const pattern = this.#pattern;
    const isAnchored = pattern.startsWith("^");
    if (isAnchored) this.#at = 1;
    let source = "";
    while (this.#at < pattern.length) {
      const sign = pattern[this.#at];
      if (sign === "(" || sign === ")") {
        if (sign === "(" && pattern[this.#at + 1] === ")") throw new Unsupported("()");
        source += sign;
        this.#at++;
      } else if (sign === "$" && this.#at === pattern.length - 1) {
        source += "$";
        this.#at++;
      } else source += this.#item() + this.#repetition();
    }
    try {
      return new RegExp(source, isAnchored ? "y" : "g");
    } catch {
      throw new Unsupported(`the pattern ${pattern}`);
    }
  }

  /** One character or class. */
  #item(): string {
    const sign = this.#pattern[this.#at++] ?? "";
    if (sign === ".") return "[^]";
    if (sign === "[") return this.#set();
    if (sign !== "%") return escape(sign);
    const name = this.#pattern[this.#at++] ?? "";
    const members = CLASSES[name.toLowerCase()];
    if (members !== undefined) return `[${name === name.toLowerCase() ? "" : "^"}${members}]`;
    if (/^[\w]?$/.test(name)) throw new Unsupported(`the class %${name}`);
    return escape(name);
  }

  #set(): string {
    const pattern = this.#pattern;
    let source = "[";
    if (pattern[this.#at] === "^") {
      source += "^";
      this.#at++;
    }
    const first = this.#at;
    while (pattern[this.#at] !== "]" || this.#at === first) {
      if (this.#at >= pattern.length) throw new Unsupported(`the pattern ${pattern}`);
      source += this.#member();
    }
    this.#at++;
    return `${source}]`;
  }

  /** One character, range or class of a set. */
  #member(): string {
    const pattern = this.#pattern;
    const sign = pattern[this.#at++] ?? "";
    if (sign === "%") {
      const name = pattern[this.#at++] ?? "";
      const members = CLASSES[name];
      if (members !== undefined) return members;
      if (/^[\w]?$/.test(name)) throw new Unsupported(`the class %${name} in a set`);
      return escape(name);
    }
    const last = pattern[this.#at + 1];
    if (pattern[this.#at] !== "-" || last === undefined || last === "]") return escape(sign);
    this.#at += 2;
    return `${escape(sign)}-${escape(last)}`;
  }

  #repetition(): string {
    const repeated = REPEATED[this.#pattern[this.#at] ?? ""];
    if (repeated === undefined) return "";
    this.#at++;
    return repeated;
  }
}

/** A character that stands for itself. */
function escape(character: string): string {
  if (/[A-Za-z0-9_]/.test(character)) return character;
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
