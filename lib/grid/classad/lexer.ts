/**
 * From the text of a ClassAd to its words.
 *
 * @module
 */

/** A word of the language. */
export type Token =
  | { readonly kind: "name"; readonly text: string; readonly at: number }
  | { readonly kind: "number"; readonly text: string; readonly at: number }
  | { readonly kind: "string"; readonly text: string; readonly at: number }
  | { readonly kind: "sign"; readonly text: string; readonly at: number };

/** Longest text. */
const LONGEST_TEXT = 256 * 1024;

const BLANK = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
const NAME = /[A-Za-z_][\w]*/y;
/** Decimal, hexadecimal; a unit makes it a multiple of 1024. */
const NUMBER = /(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[BKMGT]?(?!\w)/y;
const STRING = /"(?:[^"\\]|\\[^])*"/y;
const QUOTED_NAME = /'(?:[^'\\\n]|\\[^])+'/y;
const SIGN = /=\?=|=!=|\|\||&&|==|!=|<=|>=|[-+*/%!<>=?:;,.()[\]{}]/y;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/**
 * Splits a text into words.
 *
 * @param text The text.
 * @returns Its words; comments and blanks are left out.
 * @throws {SyntaxError} At the first character that begins no word; or when the text is too long.
 */
export function tokenize(text: string): Token[] {
  if (text.length > LONGEST_TEXT) {
    throw new SyntaxError(`Cannot read a ClassAd of ${text.length} characters`);
  }
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  for (;;) {
    at += take(BLANK)?.length ?? 0;
    if (at >= text.length) return tokens;
    const name = take(NAME);
    const number = name === undefined ? take(NUMBER) : undefined;
    const string = take(STRING);
    const quoted = take(QUOTED_NAME);
    const word = name ?? number ?? string ?? quoted ?? take(SIGN);
    if (word === undefined) {
      const rest = JSON.stringify(text.slice(at, at + 20));
      throw new SyntaxError(`Cannot read a ClassAd at character ${at}: ${rest}`);
    }
    if (name !== undefined) tokens.push({ kind: "name", text: word, at });
    else if (number !== undefined) tokens.push({ kind: "number", text: word, at });
    else if (string !== undefined) tokens.push({ kind: "string", text: unquote(word), at });
    else if (quoted !== undefined) tokens.push({ kind: "name", text: unquote(word), at });
    else tokens.push({ kind: "sign", text: word, at });
    at += word.length;
  }
}

function unquote(word: string): string {
  return word.slice(1, -1).replace(/\\([0-7]{1,3}|[^])/g, (_, code: string) => {
    return /^[0-7]/.test(code)
      ? String.fromCharCode(parseInt(code, 8) & 0xff)
      : ESCAPES[code] ?? code;
  });
}
