/**
 * From a text to a ClassAd. The language is that of HTCondor's reference ("ClassAd Language Reference
 * Manual"), without bitwise operators, which no JDL uses.
 *
 * @module
 */
import { type Token, tokenize } from "./lexer.ts";
import {
  type BinaryOperator,
  ClassAd,
  type Expression,
  nonsense,
  truth,
  type UnaryOperator,
  UNDEFINED,
  type Value,
} from "./value.ts";

/** Deepest nesting of expressions. */
const DEEPEST = 100;
/** Operators between operands in one text: a chain of them is as deep as it is long. */
const MOST_OPERATORS = 2000;

/** Operators by strength, the weakest first; all group to the left. */
const LEVELS: readonly Readonly<Record<string, BinaryOperator>>[] = [
  { "||": "||" },
  { "&&": "&&" },
  { "==": "==", "!=": "!=", "=?=": "is", "=!=": "isnt", is: "is", isnt: "isnt" },
  { "<": "<", "<=": "<=", ">": ">", ">=": ">=" },
  { "+": "+", "-": "-" },
  { "*": "*", "/": "/", "%": "%" },
];

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/**
 * Reads an ad: `[ Name = expression; … ]`. The brackets may be missing, as in files of JDL.
 *
 * @param text The text.
 * @returns The ad.
 * @throws {SyntaxError} When it is none; the message names the place.
 */
export function parseClassAd(text: string): ClassAd {
  const parser = new Parser(tokenize(text));
  const ad = parser.peek("[") ? parser.ad() : parser.entries(undefined);
  parser.end();
  return ad;
}

/**
 * Reads an expression.
 *
 * @example
 * ```ts
 * import { parseExpression } from "./parse_classad.ts";
 * import { evaluate } from "./evaluate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(evaluate(parseExpression('member("b", {"a", "b"}) && 2K > 2000')), {
 *   type: "boolean",
 *   value: true,
 * });
 * ```
 *
 * @param text The text.
 * @returns The expression.
 * @throws {SyntaxError} When it is none; the message names the place.
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(tokenize(text));
  const expression = parser.expression();
  parser.end();
  return expression;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #operators = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** True where the next word is this sign. */
  peek(sign: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === "sign" && token.text === sign;
  }

  end(): void {
    if (this.#next < this.#tokens.length) this.#fail("the end");
  }

  ad(): ClassAd {
    this.#expect("[");
    const ad = this.entries("]");
    this.#expect("]");
    return ad;
  }

  /** Reads `Name = expression;` up to a sign or the end. */
  entries(until: string | undefined): ClassAd {
    const ad = new ClassAd();
    for (;;) {
      while (this.#take(";")) continue;
      if (this.#next >= this.#tokens.length || (until !== undefined && this.peek(until))) return ad;
      const name = this.#name();
      this.#expect("=");
      ad.set(name, this.expression());
      const isLast = this.#next >= this.#tokens.length ||
        (until !== undefined && this.peek(until));
      if (!isLast) this.#expect(";");
    }
  }

  expression(): Expression {
    if (++this.#depth > DEEPEST) throw new SyntaxError("Cannot read a ClassAd nested so deeply");
    const condition = this.#binary(0);
    let expression = condition;
    if (this.#take("?")) {
      const then = this.expression();
      this.#expect(":");
      expression = { kind: "choice", condition, then, otherwise: this.expression() };
    }
    this.#depth--;
    return expression;
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.#tokens[this.#next];
      const isOperator = token?.kind === "sign" || token?.kind === "name";
      const key = isOperator ? token.text.toLowerCase() : "";
      const operator = Object.hasOwn(operators, key) ? operators[key] : undefined;
      if (operator === undefined) return left;
      if (++this.#operators > MOST_OPERATORS) {
        throw new SyntaxError(`Cannot read a ClassAd of over ${MOST_OPERATORS} operators`);
      }
      this.#next++;
      left = { kind: "binary", operator, left, right: this.#binary(level + 1) };
    }
  }

  #unary(): Expression {
    const operators: UnaryOperator[] = [];
    for (;;) {
      const operator = (["-", "+", "!"] as const).find((sign) => this.peek(sign));
      if (operator === undefined) break;
      this.#next++;
      if (operators.push(operator) > DEEPEST) this.#fail("an operand");
    }
    return operators.reduceRight<Expression>(
      (operand, operator) => ({ kind: "unary", operator, operand }),
      this.#postfix(),
    );
  }

  #postfix(): Expression {
    let expression = this.#primary();
    for (let depth = 0; depth < DEEPEST; depth++) {
      if (this.#take(".")) expression = { kind: "name", scope: expression, name: this.#name() };
      else if (this.#take("[")) {
        expression = { kind: "element", list: expression, index: this.expression() };
        this.#expect("]");
      } else return expression;
    }
    return this.#fail("fewer parts");
  }

  #primary(): Expression {
    const token = this.#tokens[this.#next];
    if (token === undefined) return this.#fail("an expression");
    if (this.peek("[")) return { kind: "ad", ad: this.ad() };
    this.#next++;
    if (token.kind === "string") return literal({ type: "string", value: token.text });
    if (token.kind === "number") return literal(numberValue(token.text));
    if (token.kind === "name") return this.#named(token.text);
    if (token.text === "(") {
      const inner = this.expression();
      this.#expect(")");
      return inner;
    }
    if (token.text === "{") return { kind: "list", items: this.#list("}") };
    this.#next--;
    return this.#fail("an expression");
  }

  #named(name: string): Expression {
    switch (name.toLowerCase()) {
      case "true":
        return literal(truth(true));
      case "false":
        return literal(truth(false));
      case "undefined":
        return literal(UNDEFINED);
      case "error":
        return literal(nonsense("error was written"));
    }
    if (this.#take("(")) return { kind: "call", name, arguments: this.#list(")") };
    return { kind: "name", name };
  }

  /** Reads expressions with commas between them up to a sign, which is taken, too. */
  #list(until: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#take(until)) {
      if (items.length > 0) this.#expect(",");
      items.push(this.expression());
    }
    return items;
  }

  #name(): string {
    const token = this.#tokens[this.#next];
    if (token?.kind !== "name") return this.#fail("a name");
    this.#next++;
    return token.text;
  }

  #take(sign: string): boolean {
    if (!this.peek(sign)) return false;
    this.#next++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) this.#fail(JSON.stringify(sign));
  }

  #fail(wanted: string): never {
    const token = this.#tokens[this.#next];
    const found = token === undefined
      ? "it ends"
      : `at character ${token.at} stands ${JSON.stringify(token.text.slice(0, 40))}`;
    throw new SyntaxError(`Cannot read a ClassAd: ${wanted} is missing where ${found}`);
  }
}

function literal(value: Value): Expression {
  return { kind: "literal", value };
}

function numberValue(text: string): Value {
  const unit = UNITS[text.at(-1) ?? ""];
  const isHexadecimal = /^0x/i.test(text);
  // The letter B may end a hexadecimal number, too: there it is a digit.
  const hasUnit = unit !== undefined && !(isHexadecimal && text.endsWith("B"));
  const value = Number(hasUnit ? text.slice(0, -1) : text) * (hasUnit ? unit : 1);
  const isReal = !isHexadecimal && /[.eE]/.test(text) && !(hasUnit && Number.isInteger(value));
  return isReal || !Number.isSafeInteger(value)
    ? { type: "real", value }
    : { type: "integer", value };
}
