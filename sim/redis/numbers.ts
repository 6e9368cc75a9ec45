/**
 * Numbers as Redis reads and prints them.
 *
 * @module
 */

import { RedisError } from "../../lib/jobs/redis_calls.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const INTEGER = /^(?:0|-?[1-9][0-9]{0,18})$/;
const FLOAT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

const notAnInteger = () => new RedisError("ERR value is not an integer or out of range");

/**
 * Reads a signed 64-bit integer in Redis' strict form (no sign, zeros or spaces too many).
 *
 * @param text The digits.
 * @returns The number, or `null` when it is none.
 */
export function parseInt64(text: string): bigint | null {
  if (!INTEGER.test(text)) return null;
  const value = BigInt(text);
  return value < INT64_MIN || value > INT64_MAX ? null : value;
}

/**
 * Adds within 64 bits.
 *
 * @param left First summand.
 * @param right Second summand.
 * @returns The sum; a `number` where that is exact.
 * @throws {RedisError} When the sum needs more than 64 bits.
 */
export function addInt64(left: bigint, right: bigint): bigint {
  const sum = left + right;
  if (sum < INT64_MIN || sum > INT64_MAX) {
    throw new RedisError("ERR increment or decrement would overflow");
  }
  return sum;
}

/**
 * Reads an integer argument: an index, a count, a time.
 *
 * @param text The argument.
 * @returns The number; beyond 2^53 the nearest one.
 * @throws {RedisError} When it is no 64-bit integer.
 */
export function integerArgument(text: string): number {
  if (!INTEGER.test(text)) throw notAnInteger();
  if (text.length <= 15) return Number(text);
  const value = parseInt64(text);
  if (value === null) throw notAnInteger();
  return Number(value);
}

/**
 * Reads an argument that must not be negative.
 *
 * @param text The argument.
 * @param message The error for a negative or malformed one.
 * @returns The number.
 * @throws {RedisError} When it is negative or no integer.
 */
export function countArgument(
  text: string,
  message = "ERR value is out of range, must be positive",
): number {
  if (!INTEGER.test(text)) throw new RedisError(message);
  const value = integerArgument(text);
  if (value < 0) throw new RedisError(message);
  return value;
}

/**
 * Reads a floating-point number.
 *
 * @param text The digits, or a form of infinity.
 * @returns The number, or `null` when it is none.
 */
export function parseDouble(text: string): number | null {
  if (FLOAT.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : null;
  }
  const infinite = INFINITE.exec(text);
  if (infinite === null) return null;
  return infinite[1] === "-" ? -Infinity : Infinity;
}

/**
 * Reads a floating-point argument.
 *
 * @param text The argument.
 * @param message The error for a malformed one.
 * @returns The number.
 * @throws {RedisError} When it is no number.
 */
export function doubleArgument(text: string, message = "ERR value is not a valid float"): number {
  const value = parseDouble(text);
  if (value === null) throw new RedisError(message);
  return value;
}

/**
 * Prints a number as C's `%.17g` does, the form of scores and of numbers that scripts pass on.
 *
 * @param value The number.
 * @returns Its digits.
 */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e17) {
    return Object.is(value, -0) ? "-0" : `${value}`;
  }
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  if (Number.isNaN(value)) return "nan";
  return formatPrecision(value, 17);
}

/**
 * Prints a number as C's `%.{digits}g` does.
 *
 * @param value A finite number.
 * @param digits Significant digits, 1 to 21.
 * @returns Its digits.
 */
export function formatPrecision(value: number, digits: number): string {
  const [mantissa = "0", exponentText = "0"] = value.toExponential(digits - 1).split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? "-" : "+";
    return `${trimZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return trimZeros(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
