/**
 * Patterns of the request `search`: `*`, `?` and `[...]` in names, `/` between them.
 *
 * @module
 */

/**
 * Tells whether a path matches a pattern. A pattern that begins with `/` must match from the start, any
 * other one may begin at any name; none of its signs matches a `/`.
 *
 * @example
 * ```ts
 * import { matchesPath } from "./path_pattern.ts";
 * import { assert } from "@std/assert";
 *
 * assert(matchesPath("t/*.txt", "/s/t/c.txt", false));
 * ```
 *
 * @param pattern The pattern.
 * @param path The path, beginning with `/`.
 * @param periods Whether a leading period must be matched by a period.
 * @returns Whether it matches to the end.
 */
export function matchesPath(pattern: string, path: string, periods: boolean): boolean {
  const anchored = pattern.startsWith("/");
  const wanted = pattern.slice(anchored ? 1 : 0).split("/");
  const names = path.slice(1).split("/");
  if (names.length < wanted.length || (anchored && names.length > wanted.length)) return false;
  const last = names.slice(-wanted.length);
  return wanted.every((part, index) => {
    const name = last[index] ?? "";
    if (periods && name.startsWith(".") && !part.startsWith(".")) return false;
    return matchesName(part, name);
  });
}

/** Matches one name; goes back to the last `*` only, so no pattern takes longer than length × length. */
function matchesName(pattern: string, name: string): boolean {
  const signs = signsOf(pattern);
  let at = 0;
  let starAt = -1;
  let starEnd = 0;
  for (let index = 0; index < name.length;) {
    const sign = signs[at];
    if (sign === ANY_RUN) {
      starAt = at++;
      starEnd = index;
    } else if (sign?.(name.charAt(index))) {
      at++;
      index++;
    } else if (starAt >= 0) {
      at = starAt + 1;
      index = ++starEnd;
    } else return false;
  }
  return signs.slice(at).every((sign) => sign === ANY_RUN);
}

/** A test of one character. */
type Sign = (character: string) => boolean;

/** Stands for any run of characters. */
const ANY_RUN: Sign = () => true;

function signsOf(pattern: string): Sign[] {
  const parts = pattern.match(/\[[!^]?\]?[^\]]*\]|[^]/g) ?? [];
  return parts.map((part) => {
    if (part === "*") return ANY_RUN;
    if (part === "?") return () => true;
    if (part.length > 1) return setOf(part.slice(1, -1));
    return (character) => character === part;
  });
}

/** A set such as `a-z_` or `!0-9`. */
function setOf(text: string): Sign {
  const negated = /^[!^]/.test(text);
  const ranges = [...text.slice(negated ? 1 : 0).matchAll(/([^])-([^])|([^])/g)].map(
    ([, from, to, single]) => [from ?? single ?? "", to ?? single ?? ""] as const,
  );
  return (character) =>
    ranges.some(([from, to]) => from <= character && character <= to) !== negated;
}
