/**
 * What operators make of values: three-valued logic (four with the error), comparison, arithmetic.
 *
 * @module
 */
import {
  type BinaryOperator,
  nonsense,
  truth,
  type UnaryOperator,
  UNDEFINED,
  type Value,
} from "./value.ts";

/**
 * Combines truths. `false && x` is false and `true || x` true whatever `x` is, known or not.
 *
 * @param operator The operator.
 * @param left What stands left.
 * @param right What stands right; asked for only where it matters.
 * @returns A truth, undefined or an error.
 */
export function combine(operator: "&&" | "||", left: Value, right: () => Value): Value {
  const decides = operator === "||";
  if (left.type === "boolean" && left.value === decides) return left;
  if (left.type !== "boolean" && left.type !== "undefined") return notATruth(left);
  const other = right();
  if (other.type === "boolean") return other.value === decides ? other : left;
  return other.type === "undefined" ? other : notATruth(other);
}

/**
 * Applies an operator before its operand.
 *
 * @param operator The operator.
 * @param operand The operand.
 * @returns The value; undefined stays undefined.
 */
export function applyUnary(operator: UnaryOperator, operand: Value): Value {
  if (operand.type === "undefined" || operand.type === "error") return operand;
  if (operator === "!") {
    return operand.type === "boolean" ? truth(!operand.value) : notATruth(operand);
  }
  if (operand.type !== "integer" && operand.type !== "real") return notANumber(operand);
  return operator === "-" ? { ...operand, value: 0 - operand.value } : operand;
}

/**
 * Applies a comparison or an arithmetic operator.
 *
 * @param operator Any but those of {@linkcode combine}.
 * @param left What stands left.
 * @param right What stands right.
 * @returns The value. But for `is` and `isnt`, which always know, what is not known makes it undefined.
 */
export function applyBinary(
  operator: Exclude<BinaryOperator, "&&" | "||">,
  left: Value,
  right: Value,
): Value {
  if (operator === "is") return truth(isSame(left, right));
  if (operator === "isnt") return truth(!isSame(left, right));
  if (left.type === "error") return left;
  if (right.type === "error") return right;
  if (left.type === "undefined" || right.type === "undefined") return UNDEFINED;
  switch (operator) {
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return calculate(operator, left, right);
    default:
      return compare(operator, left, right);
  }
}

/** True where two values are of one type and equal, upper and lower case told apart. */
export function isSame(left: Value, right: Value): boolean {
  if (left.type !== right.type) return false;
  if (left.type === "list" && right.type === "list") {
    return left.items.length === right.items.length &&
      left.items.every((item, index) => isSame(item, right.items[index] ?? UNDEFINED));
  }
  if (left.type === "ad" && right.type === "ad") return left.ad === right.ad;
  return "value" in left && "value" in right ? left.value === right.value : true;
}

/** Texts are compared whatever their case. */
function compare(operator: BinaryOperator, left: Value, right: Value): Value {
  const difference = differenceOf(left, right);
  if (difference === undefined) {
    return nonsense(`a ${left.type} is compared with a ${right.type}`);
  }
  switch (operator) {
    case "==":
      return truth(difference === 0);
    case "!=":
      return truth(difference !== 0);
    case "<":
      return truth(difference < 0);
    case "<=":
      return truth(difference <= 0);
    case ">":
      return truth(difference > 0);
    default:
      return truth(difference >= 0);
  }
}

function differenceOf(left: Value, right: Value): number | undefined {
  if (left.type === "string" && right.type === "string") {
    const [a, b] = [left.value.toLowerCase(), right.value.toLowerCase()];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (left.type === "boolean" && right.type === "boolean") {
    return Number(left.value) - Number(right.value);
  }
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === undefined || b === undefined) return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
}

function numberOf(value: Value): number | undefined {
  return value.type === "integer" || value.type === "real" ? value.value : undefined;
}

function calculate(operator: "+" | "-" | "*" | "/" | "%", left: Value, right: Value): Value {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === undefined) return notANumber(left);
  if (b === undefined) return notANumber(right);
  if (b === 0 && (operator === "/" || operator === "%")) return nonsense("a division by zero");
  const value = calculated(operator, a, b);
  const isWhole = left.type === "integer" && right.type === "integer";
  return isWhole
    ? wholeNumber(operator === "/" ? Math.trunc(value) : value)
    : { type: "real", value };
}

function calculated(operator: "+" | "-" | "*" | "/" | "%", a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
  }
}

/** Makes a whole number; one too large to be exact is an error. */
export function wholeNumber(value: number): Value {
  return Number.isSafeInteger(value)
    ? { type: "integer", value: value + 0 }
    : nonsense(`${value} is too large`);
}

function notATruth(value: Value): Value {
  return value.type === "error" ? value : nonsense(`a ${value.type} is no truth`);
}

function notANumber(value: Value): Value {
  return nonsense(`a ${value.type} is no number`);
}
