/**
 * The words of a Lua 5.1 script.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { Unsupported } from "./unsupported.ts";

/** A word of a script. */
export interface Token {
  /** `name`, `number`, `text`, `end` (of the script), or the keyword or sign itself. */
  readonly kind: string;
  /** A name's or a text's bytes. */
  readonly text: Bytes;
  /** A number's value. */
  readonly value: number;
  /** Line, from 1. */
  readonly line: number;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  ("and break do else elseif end false for function if in local nil not or repeat return then " +
    "true until while").split(" "),
);

const TOKEN = new RegExp(
  [
    String.raw`(?<blank>[ \t\r\f\v]+|--(?!\[=*\[)[^\n]*)`,
    String.raw`(?<line>\n)`,
    String.raw`(?<text>"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*')`,
    String
      .raw`(?<number>0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![\w.])`,
    String.raw`(?<word>[A-Za-z_][A-Za-z0-9_]*)`,
    String.raw`(?<sign>\.\.\.|\.\.|==|~=|<=|>=|[-+*/%^#<>=(){}\];:,.]|\[(?!=*\[))`,
  ].join("|"),
  "y",
);

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * Parts a script into its words.
 *
 * @param source The script.
 * @returns The words; the last one is of the kind `end`.
 * @throws {Unsupported} At what these words do not cover: long brackets, and whatever is no Lua.
 */
export function tokensOf(source: Bytes): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  const add = (kind: string, text: Bytes = "", value = 0) =>
    tokens.push({ kind, text, value, line });
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const groups = TOKEN.exec(source)?.groups;
    if (groups === undefined) throw new Unsupported(`what stands in line ${line}`);
    const { blank, text, number, word, sign } = groups;
    if (blank !== undefined) continue;
    if (text !== undefined) {
      if (text.includes("\n")) throw new Unsupported("a text of several lines");
      add("text", unescape(text.slice(1, -1)));
    } else if (number !== undefined) add("number", number, Number(number));
    else if (word !== undefined) add(KEYWORDS.has(word) ? word : "name", word);
    else if (sign !== undefined) add(sign);
    else line++;
  }
  add("end");
  return tokens;
}

function unescape(text: string): Bytes {
  return text.replace(/\\(\d{1,3}|[^])/g, (_, escaped: string) => {
    if (!/^\d/.test(escaped)) return ESCAPES[escaped] ?? escaped;
    const code = Number(escaped);
    if (code > 255) throw new Unsupported(`the escape \\${escaped}`);
    return String.fromCharCode(code);
  });
}
