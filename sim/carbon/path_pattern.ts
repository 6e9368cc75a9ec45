/**
 * Graphite's patterns of paths: `*`, `?`, `[abc]`, `[!a-z]` and `{one,other}` within each part.
 *
 * @module
 */

/** A part of a pattern: a text that stands for itself, or a test of names. */
export type PartPattern = string | ((name: string) => boolean);

/** Most texts that the braces of one part may come to. */
const MOST_ALTERNATIVES = 4096;

/** Most characters that are written on the way to them: equal texts of nested braces cost, too. */
const MOST_CHARACTERS = 2_000_000;

/** A pattern that asks for too much. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/**
 * Reads a pattern.
 *
 * @param pattern The pattern; a backslash is passed over.
 * @returns For each part of the path, its alternatives.
 * @throws {PatternError} When the braces of one part come to more than 4096 alternatives.
 */
export function parsePathPattern(pattern: string): PartPattern[][] {
  return pattern.replaceAll("\\", "").split(".").map((part) =>
    expandBraces(part).map((text) => /[*?[]/.test(text) ? compile(text) : text)
  );
}

/** Texts that a part's braces stand for; braces may nest. */
function expandBraces(part: string): string[] {
  const expanded = new Set<string>();
  const waiting = [part];
  let characters = 0;
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    const match = /\{([^{}]*)\}/.exec(text);
    if (match === null) {
      expanded.add(text);
      continue;
    }
    const [braces, inner = ""] = match;
    const before = text.slice(0, match.index);
    const after = text.slice(match.index + braces.length);
    for (const choice of inner.split(",")) {
      characters += before.length + choice.length + after.length;
      waiting.push(`${before}${choice}${after}`);
    }
    if (expanded.size + waiting.length > MOST_ALTERNATIVES || characters > MOST_CHARACTERS) {
      const shown = part.slice(0, 80);
      throw new PatternError(
        `Cannot expand "${shown}": more than ${MOST_ALTERNATIVES} alternatives`,
      );
    }
  }
  return [...expanded];
}

/** A test of one character; `undefined` stands for `*`. */
type Token = ((character: string) => boolean) | undefined;

function compile(text: string): (name: string) => boolean {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    // The first character of a class belongs to it even if it is a bracket.
    const end = character === "[" ? text.indexOf("]", at + (text[at + 1] === "!" ? 3 : 2)) : -1;
    if (end > 0) tokens.push(classOf(text.slice(at + 1, end)));
    else if (character === "*") tokens.push(undefined);
    else if (character === "?") tokens.push(() => true);
    else tokens.push((other) => other === character);
    at = end > 0 ? end + 1 : at + 1;
  }
  return (name) => matches(tokens, name);
}

function classOf(inner: string): (character: string) => boolean {
  const isNegated = inner.startsWith("!");
  const members = isNegated ? inner.slice(1) : inner;
  const ranges: [string, string][] = [];
  for (let at = 0; at < members.length; at++) {
    const last = members.charAt(at + 2);
    if (members[at + 1] === "-" && last !== "") {
      ranges.push([members.charAt(at), last]);
      at += 2;
    } else ranges.push([members.charAt(at), members.charAt(at)]);
  }
  return (character) =>
    ranges.some(([low, high]) => low <= character && character <= high) !== isNegated;
}

/** Takes time of the name's length times the pattern's: only the latest `*` is ever tried again. */
function matches(tokens: readonly Token[], name: string): boolean {
  let at = 0;
  let index = 0;
  let starAt = -1;
  let starIndex = 0;
  while (index < name.length) {
    if (at < tokens.length && tokens[at] === undefined) {
      starAt = at++;
      starIndex = index;
    } else if (tokens[at]?.(name.charAt(index)) === true) {
      at++;
      index++;
    } else if (starAt >= 0) {
      at = starAt + 1;
      index = ++starIndex;
    } else return false;
  }
  while (at < tokens.length && tokens[at] === undefined) at++;
  return at === tokens.length;
}
