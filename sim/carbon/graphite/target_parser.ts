/**
 * Graphite's target expressions: paths, calls such as `alias(sumSeries(a.*.b), "sum")`, and calls behind
 * a bar, `a.*.b|sumSeries()`.
 *
 * @module
 */

import { RequestError } from "./request_error.ts";

/** A call of a function. */
export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly positional: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression>;
}

/** A target, or an argument in it. */
export type Expression =
  | Call
  | { readonly kind: "path"; readonly pattern: string }
  | { readonly kind: "literal"; readonly value: string | number | boolean | null };

/** Longest target in characters. */
const LONGEST_TARGET = 65_536;
/** Most calls within calls. */
const DEEPEST = 32;
/** Most arguments of a call. */
const MOST_ARGUMENTS = 1000;

/** One element of a path: plain characters, escaped ones, or braces with such in them. */
const PATH = /(?:[^\s(){},.'"\\|]|\\[(){},.'"\\|=]|\{[^\s(){}'"|]*\}|\.)+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NAMED = /([A-Za-z_][A-Za-z0-9_]*)\s*=\s*/y;
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/i;
const BLANKS = /\s*/y;
const WORDS: ReadonlyMap<string, boolean | number | null> = new Map<
  string,
  boolean | number | null
>([
  ["true", true],
  ["false", false],
  ["none", null],
  ["inf", Infinity],
]);

/**
 * Reads a target. Graphite silently answers the longest beginning that it understands; here all of it
 * must be one.
 *
 * @param target The text.
 * @returns The expression.
 * @throws {RequestError} When it is none, too long or too deep.
 */
export function parseTarget(target: string): Expression {
  if (target.length > LONGEST_TARGET) {
    throw new RequestError(`Target of ${target.length} characters, ${LONGEST_TARGET} are the most`);
  }
  return new Parser(target).target();
}

class Parser {
  #at = 0;
  #depth = 0;

  constructor(private readonly text: string) {}

  target(): Expression {
    const expression = this.#expression();
    if (this.#at < this.text.length) throw this.#error("the end");
    return expression;
  }

  #expression(): Expression {
    this.#skipBlanks();
    let expression: Expression = this.#call() ?? this.#path();
    while (this.#takes("|")) {
      const call = this.#call();
      if (call === undefined) throw this.#error("a function behind the bar");
      expression = { ...call, positional: [expression, ...call.positional] };
    }
    return expression;
  }

  #call(): Call | undefined {
    this.#skipBlanks();
    const start = this.#at;
    const name = this.#match(NAME);
    if (name === undefined || !this.#takes("(")) {
      this.#at = start;
      return undefined;
    }
    if (++this.#depth > DEEPEST) throw new RequestError(`Calls nested deeper than ${DEEPEST}`);
    const positional: Expression[] = [];
    const named = new Map<string, Expression>();
    let isLast = this.#takes(")");
    while (!isLast) {
      const key = this.#match(NAMED)?.replace(/\s*=\s*$/, "");
      if (key !== undefined) named.set(key, this.#argument());
      else if (named.size > 0) throw this.#error("a named argument");
      else positional.push(this.#argument());
      if (positional.length + named.size > MOST_ARGUMENTS) {
        throw new RequestError(`More than ${MOST_ARGUMENTS} arguments of ${name}`);
      }
      isLast = this.#takes(")");
      if (!isLast && !this.#takes(",")) throw this.#error('"," or ")"');
    }
    this.#depth--;
    return { kind: "call", name, positional, named };
  }

  #argument(): Expression {
    const text = this.#match(TEXT);
    // As in Graphite, backslashes within quotes stay.
    if (text !== undefined) return { kind: "literal", value: text.slice(1, -1) };
    const expression = this.#expression();
    if (expression.kind !== "path") return expression;
    const { pattern } = expression;
    const word = WORDS.get(pattern.toLowerCase());
    if (word !== undefined) return { kind: "literal", value: word };
    return NUMBER.test(pattern) ? { kind: "literal", value: Number(pattern) } : expression;
  }

  #path(): Expression {
    const pattern = this.#match(PATH);
    if (pattern === undefined) throw this.#error("a path, a function or a value");
    return { kind: "path", pattern };
  }

  #takes(symbol: string): boolean {
    this.#skipBlanks();
    if (this.text[this.#at] !== symbol) return false;
    this.#at++;
    this.#skipBlanks();
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text)?.[0];
    if (match !== undefined) this.#at += match.length;
    return match;
  }

  #skipBlanks(): void {
    this.#match(BLANKS);
  }

  #error(expected: string): RequestError {
    const found = this.text.slice(this.#at, this.#at + 20);
    const what = found === "" ? "the end" : `"${found}"`;
    return new RequestError(`Expected ${expected} at character ${this.#at + 1}, found ${what}`);
  }
}
