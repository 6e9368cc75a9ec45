/**
 * How Lua 5.1 prints: numbers, and `string.format`, whose `%d` takes any double that is integral.
 *
 * @module
 */

import type { Bytes } from "../bytes.ts";
import { formatPrecision } from "../numbers.ts";

const DIRECTIVE = /%(?:%|([-+ #0]*)([0-9]*)(?:\.([0-9]*))?([^]?))/g;

/** The usual format of scripts that count milliseconds: `tostring` would round them. */
const WHOLE_NUMBER = "%.0f";

interface Directive {
  readonly flags: string;
  readonly width: number;
  /** `undefined` where none is given. */
  readonly precision: number | undefined;
  readonly conversion: string;
}

/** What is printed: the arguments of `string.format`, the first of which is the format itself. */
export interface FormatArguments {
  /** The argument, which must be a number or look like one. */
  number(argument: number): number;
  /** The argument, which must be a text or a number. */
  text(argument: number): Bytes;
  /** Any argument, as `tostring` prints it. */
  anything(argument: number): Bytes;
  /** Raises an error. */
  fail(message: string): never;
}

/** Prints a number as Lua 5.1 does: `%.14g`. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e14) {
    return Object.is(value, -0) ? "-0" : `${value}`;
  }
  if (Number.isFinite(value)) return formatPrecision(value, 14);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/**
 * Prints by a format.
 *
 * @param format The format.
 * @param args What it prints.
 * @returns The text.
 */
export function formatText(format: Bytes, args: FormatArguments): Bytes {
  if (format === WHOLE_NUMBER) {
    const value = args.number(2);
    if (Number.isSafeInteger(value) && value > 0) return `${value}`;
  }
  let argument = 1;
  return format.replace(
    DIRECTIVE,
    (
      whole: string,
      flags: string,
      width: string,
      precision: string | undefined,
      conversion: string,
    ) => {
      if (whole === "%%") return "%";
      if (width.length > 2 || (precision?.length ?? 0) > 2) {
        args.fail("invalid format (width or precision too long)");
      }
      return formatOne(args, ++argument, {
        flags,
        width: Number(width),
        precision: precision === undefined ? undefined : Number(precision),
        conversion,
      });
    },
  );
}

function formatOne(args: FormatArguments, argument: number, directive: Directive): Bytes {
  const { conversion, precision } = directive;
  switch (conversion) {
    case "s": {
      const text = args.anything(argument);
      return pad(precision === undefined ? text : text.slice(0, precision), directive, false);
    }
    case "q":
      return quote(args.text(argument));
    case "c":
      return pad(String.fromCharCode(args.number(argument) & 255), directive, false);
    case "d":
    case "i":
    case "u":
    case "o":
    case "x":
    case "X":
      return formatInteger(args.number(argument), directive);
    case "e":
    case "E":
    case "f":
    case "g":
    case "G":
      return formatReal(args.number(argument), directive);
    default:
      return args.fail(`invalid option '%${conversion}' to 'format'`);
  }
}

function formatInteger(value: number, directive: Directive): Bytes {
  const { conversion, precision, flags } = directive;
  let integer = Number.isFinite(value) ? BigInt(Math.trunc(value)) : -(2n ** 63n);
  const isSigned = conversion === "d" || conversion === "i";
  if (!isSigned) integer = BigInt.asUintN(64, integer);
  const base = conversion === "o" ? 8 : conversion.toLowerCase() === "x" ? 16 : 10;
  let digits = (integer < 0n ? -integer : integer).toString(base).padStart(precision ?? 1, "0");
  if (flags.includes("#") && base === 16 && integer !== 0n) digits = `0x${digits}`;
  if (conversion === "X") digits = digits.toUpperCase();
  return pad(signOf(integer < 0n, isSigned, flags) + digits, directive, precision === undefined);
}

function formatReal(value: number, directive: Directive): Bytes {
  const { conversion, precision = 6, flags } = directive;
  const isNegative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  let digits: string;
  if (!Number.isFinite(value)) digits = Number.isNaN(value) ? "nan" : "inf";
  else if (conversion.toLowerCase() === "e") {
    digits = magnitude.toExponential(precision).replace(/e([+-])(\d)$/, "e$10$2");
  } else if (conversion === "f") {
    digits = magnitude < 1e21 ? toFixedEven(magnitude, precision) : fixLarge(magnitude, precision);
  } else digits = formatPrecision(magnitude, Math.max(1, precision));
  if (conversion === "E" || conversion === "G") digits = digits.toUpperCase();
  return pad(signOf(isNegative, true, flags) + digits, directive, Number.isFinite(value));
}

/** Prints with a fixed number of digits; what lies just between two goes to the even one, as in C. */
function toFixedEven(magnitude: number, precision: number): string {
  if (Number.isInteger(magnitude)) return magnitude.toFixed(precision);
  const exact = magnitude.toFixed(100);
  const cut = exact.indexOf(".") + 1 + precision;
  const isTie = precision < 100 && /^50*$/.test(exact.slice(cut));
  const kept = exact.slice(0, precision === 0 ? cut - 1 : cut);
  return isTie && /[02468]$/.test(kept) ? kept : magnitude.toFixed(precision);
}

const fixLarge = (magnitude: number, precision: number) =>
  BigInt(magnitude).toString() + (precision > 0 ? `.${"0".repeat(precision)}` : "");

function signOf(isNegative: boolean, isSigned: boolean, flags: string): string {
  if (isNegative) return "-";
  if (!isSigned) return "";
  return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function pad(text: Bytes, { flags, width }: Directive, allowsZeros: boolean): Bytes {
  if (flags.includes("-")) return text.padEnd(width, " ");
  if (!allowsZeros || !flags.includes("0")) return text.padStart(width, " ");
  const sign = /^[-+ ]?(?:0x)?/i.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

function quote(text: Bytes): Bytes {
  const escaped = text.replace(/["\\\n\r\0]/g, (character) => {
    if (character === "\r") return "\\r";
    return character === "\0" ? "\\000" : `\\${character}`;
  });
  return `"${escaped}"`;
}
