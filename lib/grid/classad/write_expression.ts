/**
 * From expressions and values back to text.
 *
 * @module
 */
import type { BinaryOperator, ClassAd, Expression, Value } from "./value.ts";

const SIGNS: Partial<Record<BinaryOperator, string>> = { is: "=?=", isnt: "=!=" };

/**
 * Writes an expression; reading it again gives the same.
 *
 * @param expression The expression.
 * @returns Its text, with as many parentheses as it takes.
 */
export function writeExpression(expression: Expression): string {
  switch (expression.kind) {
    case "literal":
      return writeValue(expression.value);
    case "list":
      return `{${expression.items.map(writeExpression).join(", ")}}`;
    case "ad":
      return writeClassAd(expression.ad);
    case "name":
      return expression.scope === undefined
        ? writeName(expression.name)
        : `${operand(expression.scope)}.${writeName(expression.name)}`;
    case "unary":
      return `${expression.operator}${operand(expression.operand)}`;
    case "binary": {
      const sign = SIGNS[expression.operator] ?? expression.operator;
      return `${operand(expression.left)} ${sign} ${operand(expression.right)}`;
    }
    case "choice": {
      const { condition, then, otherwise } = expression;
      return `${operand(condition)} ? ${operand(then)} : ${operand(otherwise)}`;
    }
    case "element":
      return `${operand(expression.list)}[${writeExpression(expression.index)}]`;
    case "call":
      return `${expression.name}(${expression.arguments.map(writeExpression).join(", ")})`;
  }
}

/**
 * Writes an ad: `[ Name = expression; … ]`.
 *
 * @param ad The ad.
 */
export function writeClassAd(ad: ClassAd): string {
  const lines = ad.names.map((name) => {
    const expression = ad.get(name);
    return `${writeName(name)} = ${
      expression === undefined ? "undefined" : writeExpression(expression)
    }; `;
  });
  return `[ ${lines.join("")}]`;
}

/**
 * Writes a value.
 *
 * @param value The value.
 */
export function writeValue(value: Value): string {
  switch (value.type) {
    case "undefined":
    case "error":
      return value.type;
    case "integer":
    case "boolean":
      return String(value.value);
    case "real":
      return Number.isInteger(value.value) ? value.value.toExponential() : String(value.value);
    case "string":
      return `"${escape(value.value)}"`;
    case "list":
      return `{${value.items.map(writeValue).join(", ")}}`;
    case "ad":
      return writeClassAd(value.ad);
  }
}

/** An expression as part of another one: in parentheses unless it is one word. */
function operand(expression: Expression): string {
  const text = writeExpression(expression);
  const isPart = expression.kind === "unary" || expression.kind === "binary" ||
    expression.kind === "choice" || (expression.kind === "literal" && text.startsWith("-"));
  return isPart ? `(${text})` : text;
}

const WORDS = /^(?:true|false|undefined|error|is|isnt)$/i;

function writeName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !WORDS.test(name) ? name : `'${escape(name, "'")}'`;
}

function escape(text: string, quote = '"'): string {
  return text.replace(/[\\"'\n]/g, (character) => {
    if (character === "\n") return "\\n";
    return character === "\\" || character === quote ? `\\${character}` : character;
  });
}
