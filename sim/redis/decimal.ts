/**
 * Sums of decimal numbers, for `INCRBYFLOAT` and `HINCRBYFLOAT`.
 *
 * Redis adds in 80-bit long doubles and prints 17 digits after the point, so that 0.1 and 0.2 give
 * 0.3, and 1103.7 and -1527.38 give -423.68000000000000005. Here the same is done with fractions of
 * integers.
 *
 * @module
 */

import { RedisError } from "../../lib/jobs/redis_calls.ts";
import { parseDouble } from "./numbers.ts";

const NUMBER = /^([+-]?)([0-9]*)\.?([0-9]*)(?:e([+-]?[0-9]+))?$/i;
/** Digits after the point that are printed. */
const MOST_DECIMALS = 17;
/** Bits of a long double's mantissa. */
const MANTISSA_BITS = 64;
/** Largest exponent taken; about that of a long double. */
const LARGEST_EXPONENT = 4932;

interface Fraction {
  readonly numerator: bigint;
  /** Greater than 0. */
  readonly denominator: bigint;
}

/**
 * Adds two decimal numbers.
 *
 * @param left Digits of the first; they must be valid.
 * @param right Digits of the second.
 * @returns Digits of the sum: no exponent, no zeros at the end.
 * @throws {RedisError} When one of them, and so the sum, is infinite.
 */
export function addDecimals(left: string, right: string): string {
  const [first, second] = [parse(left), parse(right)].map(toLongDouble);
  if (first === undefined || second === undefined) {
    throw new RedisError("ERR increment would produce NaN or Infinity");
  }
  const sum = {
    numerator: first.numerator * second.denominator + second.numerator * first.denominator,
    denominator: first.denominator * second.denominator,
  };
  return print(toLongDouble(sum) ?? sum);
}

function parse(text: string): Fraction | undefined {
  const match = parseDouble(text) === null ? null : NUMBER.exec(text);
  const [, sign, whole = "", fraction = "", exponentText = "0"] = match ?? [];
  const exponent = Number(exponentText);
  if (match === null || Math.abs(exponent) > LARGEST_EXPONENT) return undefined;
  const digits = BigInt(`${sign === "-" ? "-" : ""}${whole}${fraction}`);
  const decimals = fraction.length - exponent;
  return decimals >= 0
    ? { numerator: digits, denominator: 10n ** BigInt(decimals) }
    : { numerator: digits * 10n ** BigInt(-decimals), denominator: 1n };
}

/** The long double nearest to a fraction. */
function toLongDouble(value: Fraction | undefined): Fraction | undefined {
  if (value === undefined || value.numerator === 0n) return value;
  let shift = MANTISSA_BITS - lengthBits(value.numerator) + lengthBits(value.denominator);
  const estimate = timesPowerOfTwo(value, shift);
  // The estimate of the length may be one bit too many.
  if (lengthBits(estimate.numerator / estimate.denominator) > MANTISSA_BITS) shift--;
  const mantissa = roundToEven(timesPowerOfTwo(value, shift));
  return timesPowerOfTwo({ numerator: mantissa, denominator: 1n }, -shift);
}

function print({ numerator, denominator }: Fraction): string {
  const magnitude = roundToEven({
    numerator: (numerator < 0n ? -numerator : numerator) * 10n ** BigInt(MOST_DECIMALS),
    denominator,
  });
  const text = magnitude.toString().padStart(MOST_DECIMALS + 1, "0");
  const whole = text.slice(0, -MOST_DECIMALS);
  const fraction = text.slice(-MOST_DECIMALS).replace(/0+$/, "");
  const sign = numerator < 0n && magnitude !== 0n ? "-" : "";
  return fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

const lengthBits = (value: bigint) => (value < 0n ? -value : value).toString(2).length;

function timesPowerOfTwo({ numerator, denominator }: Fraction, exponent: number): Fraction {
  return exponent >= 0
    ? { numerator: numerator << BigInt(exponent), denominator }
    : { numerator, denominator: denominator << BigInt(-exponent) };
}

/** Rounds; what lies just between two integers goes to the even one. */
function roundToEven({ numerator, denominator }: Fraction): bigint {
  const isNegative = numerator < 0n;
  const magnitude = isNegative ? -numerator : numerator;
  const quotient = magnitude / denominator;
  const excess = 2n * (magnitude % denominator) - denominator;
  const rounded = excess > 0n || (excess === 0n && quotient % 2n === 1n) ? quotient + 1n : quotient;
  return isNegative ? -rounded : rounded;
}
