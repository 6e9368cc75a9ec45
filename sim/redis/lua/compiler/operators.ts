/**
 * Lua's operators.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import type { Frame } from "./runtime.ts";
import { LuaError, LuaTable, type LuaValue, toNumber, toText, typeName } from "./values.ts";

/** Computes a value. */
export type Evaluate = (frame: Frame) => LuaValue;

/** An operand: how it is computed, and what an error calls it. */
export interface Operand {
  readonly one: Evaluate;
  /** Such as `local 'x'`. */
  readonly title?: string | undefined;
}

/** Raises an error in a line. */
export function raise(message: string, line: number): never {
  throw new LuaError(`user_script:${line}: ${message}`, { line });
}

/** A value as an error names it. */
export function named(value: LuaValue, { title }: Operand): string {
  return `a ${typeName(value)} value${title === undefined ? "" : ` (${title})`}`;
}

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left - Math.floor(left / right) * right,
  "^": (left, right) => left ** right,
};

/** What an operator with two operands computes. */
export function binary(sign: string, left: Operand, right: Operand, line: number): Evaluate {
  const { one: first } = left;
  const { one: second } = right;
  switch (sign) {
    case "and":
      return (frame) => {
        const value = first(frame);
        return isTrue(value) ? second(frame) : value;
      };
    case "or":
      return (frame) => {
        const value = first(frame);
        return isTrue(value) ? value : second(frame);
      };
    case "==":
      return (frame) => first(frame) === second(frame);
    case "~=":
      return (frame) => first(frame) !== second(frame);
    case "<":
      return (frame) => isLess(first(frame), second(frame), line);
    case "<=":
      return (frame) => isLessOrEqual(first(frame), second(frame), line);
    case ">":
      return swapped(first, second, (low, high) => isLess(low, high, line));
    case ">=":
      return swapped(first, second, (low, high) => isLessOrEqual(low, high, line));
    case "..":
      return concatenation(left, right, line);
    default:
      return arithmetic(ARITHMETIC[sign] ?? raise(`no operator ${sign}`, line), left, right, line);
  }
}

/** What an operator with one operand computes. */
export function unary(sign: string, operand: Operand, line: number): Evaluate {
  const { one } = operand;
  if (sign === "not") return (frame) => !isTrue(one(frame));
  if (sign === "#") {
    return (frame) => {
      const value = one(frame);
      if (typeof value === "string") return value.length;
      if (value instanceof LuaTable) return value.items.length;
      return raise(`attempt to get length of ${named(value, operand)}`, line);
    };
  }
  return (frame) => {
    const value = one(frame);
    const number = toNumber(value);
    return number === undefined ? failArithmetic(value, operand, line) : -number;
  };
}

/** Whether a value counts as true. */
export function isTrue(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}

function swapped(
  first: Evaluate,
  second: Evaluate,
  compare: (low: LuaValue, high: LuaValue) => boolean,
): Evaluate {
  return (frame) => {
    const high = first(frame);
    return compare(second(frame), high);
  };
}

function isLess(left: LuaValue, right: LuaValue, line: number): boolean {
  if (typeof left === "number" && typeof right === "number") return left < right;
  if (typeof left === "string" && typeof right === "string") return left < right;
  return failComparison(left, right, line);
}

function isLessOrEqual(left: LuaValue, right: LuaValue, line: number): boolean {
  if (typeof left === "number" && typeof right === "number") return left <= right;
  if (typeof left === "string" && typeof right === "string") return left <= right;
  return failComparison(left, right, line);
}

function failComparison(left: LuaValue, right: LuaValue, line: number): never {
  const [first, second] = [typeName(left), typeName(right)];
  return raise(
    first === second
      ? `attempt to compare two ${first} values`
      : `attempt to compare ${first} with ${second}`,
    line,
  );
}

function arithmetic(
  compute: (left: number, right: number) => number,
  left: Operand,
  right: Operand,
  line: number,
): Evaluate {
  return (frame) => {
    const first = left.one(frame);
    const second = right.one(frame);
    if (typeof first === "number" && typeof second === "number") return compute(first, second);
    const [one, other] = [toNumber(first), toNumber(second)];
    if (one !== undefined && other !== undefined) return compute(one, other);
    return one === undefined
      ? failArithmetic(first, left, line)
      : failArithmetic(second, right, line);
  };
}

function failArithmetic(value: LuaValue, operand: Operand, line: number): never {
  return raise(`attempt to perform arithmetic on ${named(value, operand)}`, line);
}

function concatenation(left: Operand, right: Operand, line: number): Evaluate {
  const join = (first: LuaValue, second: LuaValue): Bytes => {
    const [one, other] = [toText(first), toText(second)];
    if (one === undefined) {
      return raise(`attempt to concatenate ${named(first, left)}`, line);
    }
    if (other === undefined) {
      return raise(`attempt to concatenate ${named(second, right)}`, line);
    }
    return one + other;
  };
  return (frame) => {
    const first = left.one(frame);
    const second = right.one(frame);
    return typeof first === "string" && typeof second === "string"
      ? first + second
      : join(first, second);
  };
}
