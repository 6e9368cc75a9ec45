/**
 * Values of configuration variables: from the word in a file to a typed value.
 *
 * @module
 */

import { resolve } from "@std/path";
import { Jid } from "../protocol/jid.ts";
import type { NumberVariable, Variable } from "./variables.ts";

const SECONDS_OF_UNIT: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};

const BYTES_OF_UNIT: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const BOOLEAN_OF_WORD: Readonly<Record<string, boolean>> = {
  "1": true,
  on: true,
  true: true,
  yes: true,
  "0": false,
  off: false,
  false: false,
  no: false,
};

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/**
 * Reads a length of time: plain seconds (`90`, `0.5`), or numbers with units from `ms`, `s`, `m`,
 * `h` and `d` (`10m`, `1h30m`).
 *
 * @param text The length of time.
 * @returns Seconds.
 * @throws {SyntaxError} When the text is no length of time.
 */
export function parseSeconds(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) {
    throw new SyntaxError("is no length of time: write seconds, or units such as 10m, 2h or 1h30m");
  }
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|[smhd])/g)) {
    seconds += Number(amount) * (own(SECONDS_OF_UNIT, unit ?? "") ?? 0);
  }
  return seconds;
}

/**
 * Reads a size: plain bytes (`4096`), powers of ten (`500MB`) or of two (`1GiB`; `1G` is the same).
 *
 * @param text The size; upper and lower case are alike.
 * @returns Bytes, rounded to a whole number.
 * @throws {SyntaxError} When the text is no size.
 */
export function parseBytes(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(text.toLowerCase()) ?? [];
  const factor = own(BYTES_OF_UNIT, unit || "b");
  if (amount === undefined || factor === undefined) {
    throw new SyntaxError("is no size: write bytes, or units such as 500MB or 1GiB");
  }
  return Math.round(Number(amount) * factor);
}

/**
 * Reads a switch: `1`, `on`, `true`, `yes`, or `0`, `off`, `false`, `no`, in upper or lower case.
 *
 * @param text The word.
 * @returns Whether it is on.
 * @throws {SyntaxError} When the text is none of these words.
 */
export function parseBoolean(text: string): boolean {
  const value = own(BOOLEAN_OF_WORD, text.toLowerCase());
  if (value === undefined) {
    throw new SyntaxError("is neither on nor off: write 1, on, true or yes; 0, off, false or no");
  }
  return value;
}

function parseInteger(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new SyntaxError("is no whole number");
  return Number(text);
}

function parseNumber(variable: NumberVariable, text: string): number {
  const parse = { integer: parseInteger, seconds: parseSeconds, bytes: parseBytes }[variable.kind];
  const value = parse(text);
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = variable;
  if (value < min) throw new RangeError(`is below the smallest allowed value ${min}`);
  if (value > max) throw new RangeError(`is above the largest allowed value ${max}`);
  return value;
}

/** A value that a variable can have. */
export type Value = string | number | boolean | Jid;

/**
 * Reads the value of a variable.
 *
 * @param variable The declaration.
 * @param text One word from a file, the environment or a flag.
 * @returns The value, of the type that the declaration's kind stands for.
 * @throws {SyntaxError} When the word is not of that kind.
 * @throws {RangeError} When a number is out of the declared bounds.
 */
export function parseValue(variable: Variable, text: string): Value {
  switch (variable.kind) {
    case "text":
      return text;
    case "path":
      return resolve(text);
    case "integer":
    case "seconds":
    case "bytes":
      return parseNumber(variable, text);
    case "boolean":
      return parseBoolean(text);
    case "jid":
      try {
        return Jid.parse(text);
      } catch {
        throw new SyntaxError("is no Jabber identifier of the form local@domain");
      }
    case "choice":
      if (variable.choices.includes(text)) return text;
      throw new SyntaxError(`is none of ${variable.choices.join(", ")}`);
  }
}

/** Value of a variable that is set nowhere; `undefined` where it has no default. */
export function defaultValue(variable: Variable): Value | undefined {
  if (variable.kind === "boolean") return variable.default ?? false;
  if (variable.kind === "jid") {
    return variable.default === undefined ? undefined : Jid.parse(variable.default);
  }
  return variable.default;
}
