/**
 * From Lua 5.1, the language of Redis' scripts, to Lua 5.3, the language of the interpreter.
 *
 * Lua 5.1 knows one type of number, the double. The interpreter has 32-bit integers besides, so a
 * time in milliseconds times an integer would wrap around. Here every integer numeral is given a
 * fraction, which makes all arithmetic that starts from it double arithmetic. Operators that 5.1 does
 * not have are refused, lest a script run here that Redis would not compile.
 *
 * @module
 */

import type { Bytes } from "../bytes.ts";

const TOKEN = new RegExp(
  [
    String.raw`(?<long>(?:--)?\[(?<level>=*)\[)`,
    String.raw`(?<comment>--[^\n]*)`,
    String.raw`(?<text>"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*')`,
    String.raw`(?<name>[A-Za-z_][A-Za-z0-9_]*)`,
    String.raw`(?<dots>\.\.+)`,
    String.raw`(?<number>0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)`,
    String.raw`(?<newer>\/\/|>>|<<|::|[&|]|~(?!=))`,
  ].join("|"),
  "g",
);

/** A script that uses what Lua 5.1 does not have. */
export class DialectError extends Error {
  override readonly name = "DialectError";
}

/**
 * Translates a script.
 *
 * @param source Lua 5.1.
 * @returns Lua 5.3 that means the same, line by line.
 * @throws {DialectError} When the script uses operators newer than 5.1; the message is Lua's own.
 */
export function toInterpreterDialect(source: Bytes): Bytes {
  let result = "";
  let copied = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match !== null; match = TOKEN.exec(source)) {
    const { long, level, number, newer } = match.groups ?? {};
    if (newer !== undefined) {
      const line = source.slice(0, match.index).split("\n").length;
      throw new DialectError(`user_script:${line}: unexpected symbol near '${newer.at(-1)}'`);
    }
    if (long !== undefined) {
      const end = source.indexOf(`]${level}]`, TOKEN.lastIndex);
      TOKEN.lastIndex = end < 0 ? source.length : end + (level ?? "").length + 2;
    } else if (number !== undefined) {
      result += source.slice(copied, match.index) + withFraction(number);
      copied = TOKEN.lastIndex;
    }
  }
  return result + source.slice(copied);
}

function withFraction(numeral: string): string {
  if (/^[0-9]+$/.test(numeral)) return `${numeral}.0`;
  return /^0x/i.test(numeral) ? `${BigInt(numeral)}.0` : numeral;
}
