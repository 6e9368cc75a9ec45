import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatHashString, hashText, parseHashString } from "../../../lib/protocol/hash_string.ts";

const entries = (hash: Record<string, unknown>) => ({ ...hash });

Deno.test("formatHashString() writes what the original writes", () => {
  assertEquals(formatHashString({ a: "1" }), "a=1####");
  assertEquals(formatHashString({ a: "1", b: "x=y" }), "a=1####b=x=y####");
  assertEquals(formatHashString({ arr: ["p", "q", "r"] }), "arr=p::::q::::r####");
  assertEquals(formatHashString({ e: "" }), "e=####");
  assertEquals(formatHashString({}), "");
});

/** Recorded from the original's stringToHash. */
const PARSED: readonly (readonly [string, Record<string, string | string[]>])[] = [
  ["", {}],
  ["a=1####", { a: "1" }],
  ["a=1", { a: "1" }],
  ["a", { a: "" }],
  ["a=", { a: "" }],
  ["=b####", { "": "b" }],
  ["####", {}],
  ["a=1####b=2####", { a: "1", b: "2" }],
  ["a=x::::y::::####", { a: ["x", "y"] }],
  ["a=::::####", { a: [] }],
  ["a=b=c####", { a: "b=c" }],
  ["one=p####", { one: "p" }],
];

for (const [text, hash] of PARSED) {
  Deno.test(`parseHashString() reads ${JSON.stringify(text)} as the original does`, () => {
    assertEquals(entries(parseHashString(text)), hash);
  });
}

Deno.test("formatHashString() refuses what could not be read back", () => {
  for (const value of ["x####y", "x::::y", "ends:", "#begins"]) {
    assertThrows(() => formatHashString({ name: value }), RangeError, "bad value of name");
  }
  assertThrows(() => formatHashString({ "a=b": "1" }), RangeError, "bad name");
});

Deno.test("parseHashString() takes names of the language's own as plain names", () => {
  const hash = parseHashString("__proto__=1####constructor=2####");
  assertEquals(hashText(hash, "__proto__"), "1");
  assertEquals(hashText(hash, "constructor"), "2");
  assertEquals(hashText(hash, "toString"), undefined);
});

Deno.test("parseHashString() reads back whatever formatHashString() wrote", () => {
  const text = fc.string({ unit: "grapheme" });
  const hash = fc.dictionary(fc.stringMatching(/^[a-z%0-9]{1,8}$/), text, {
    noNullPrototype: true,
  });
  fc.assert(fc.property(hash, (given) => {
    let written;
    try {
      written = formatHashString(given);
    } catch {
      fc.pre(false);
    }
    assertEquals(entries(parseHashString(written ?? "")), given);
  }));
});

Deno.test("parseHashString() never throws", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("#", ":", "=", "a", "####", "::::") }),
      (text) => {
        parseHashString(text);
      },
    ),
  );
});
