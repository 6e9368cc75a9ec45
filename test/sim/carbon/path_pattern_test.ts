import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parsePathPattern, PatternError } from "../../../sim/carbon/path_pattern.ts";

/** Whether a pattern of one part matches a name. */
function matches(pattern: string, name: string): boolean {
  const [part = []] = parsePathPattern(pattern);
  return part.some((one) => typeof one === "string" ? one === name : one(name));
}

Deno.test("parsePathPattern() reads classes as Python's fnmatch does", () => {
  const cases: [string, string, boolean][] = [
    ["[abc]", "b", true],
    ["[a-c]x", "bx", true],
    ["[!a-c]", "b", false],
    ["[]]", "]", true],
    ["[!]]", "]", false],
    ["[a-]", "-", true],
    ["[a", "[a", true],
    ["*[", "x[", true],
    ["{a,b{1,2}}c", "b2c", true],
    ["{a,b", "{a,b", true],
    ["{}x", "x", true],
    ["a\\*", "a-anything", true],
  ];
  for (const [pattern, name, expected] of cases) {
    assertEquals([pattern, name, matches(pattern, name)], [pattern, name, expected]);
  }
});

Deno.test("parsePathPattern() matches as the regular expression of the same meaning", () => {
  const piece = fc.constantFrom("*", "?", "a", "b", "[ab]", "[!b]", "**");
  const meanings: Readonly<Record<string, string>> = {
    "*": ".*",
    "?": ".",
    "[!b]": "[^b]",
    "**": ".*",
  };
  const name = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), name, (pieces, text) => {
      const expected = new RegExp(`^${pieces.map((one) => meanings[one] ?? one).join("")}$`);
      assertEquals(matches(pieces.join(""), text), expected.test(text));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parsePathPattern() bounds what braces come to", () => {
  assertThrows(() => parsePathPattern("{a,b}".repeat(13)), PatternError, "more than 4096");
  assertEquals(parsePathPattern("{a,b}".repeat(12))[0]?.length, 4096);
  // Few texts, but many ways to them.
  const equal = "{a,a}".repeat(50);
  assertThrows(() => parsePathPattern(equal), PatternError, "more than 4096");
});

Deno.test("a pattern of many stars takes no long time", () => {
  const pattern = "*a".repeat(200);
  const text = "a".repeat(250);
  assert(matches(pattern, text));
  assert(!matches(`${pattern}b`, text));
});
