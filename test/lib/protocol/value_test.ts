import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeValue, decodeWord, encodeValue, encodeWord } from "../../../lib/protocol/value.ts";

const x = (count: number) => "eHh4".repeat(Math.floor(count / 3));

Deno.test("encodeValue() writes what the original writes", () => {
  assertEquals(encodeValue(""), "_BASE64:");
  assertEquals(encodeValue("0"), "_BASE64:MA==\n");
  assertEquals(encodeValue("abc"), "_BASE64:YWJj\n");
  assertEquals(encodeValue("a\nb"), "_BASE64:YQpi\n");
  assertEquals(encodeValue(`it's <&>"`), "_BASE64:aXQncyA8Jj4i\n");
  assertEquals(encodeValue("ż"), "_BASE64:xbw=\n");
});

Deno.test("encodeValue() breaks lines after 76 characters and at the end", () => {
  assertEquals(encodeValue("x".repeat(57)), `_BASE64:${x(57)}\n`);
  assertEquals(encodeValue("x".repeat(58)), `_BASE64:${x(57)}\neA==\n`);
  assertEquals(encodeValue("x".repeat(114)), `_BASE64:${x(57)}\n${x(57)}\n`);
  assertEquals(encodeValue("x".repeat(115)), `_BASE64:${x(57)}\n${x(57)}\neA==\n`);
});

/** Recorded from the original's decoder; the two-underscore form is the report's, which it takes literally. */
const DECODED: readonly (readonly [string, string, string])[] = [
  ["normal", "_BASE64:YWJj", "abc"],
  ["newline at the end", "_BASE64:YWJj\n", "abc"],
  ["blanks inside", "_BASE64:YW Jj ", "abc"],
  ["newline inside", "_BASE64:YW\nJj\n", "abc"],
  ["the report's prefix", "__BASE64:YWJj", "abc"],
  ["no colon", "_BASE64YWJj", "abc"],
  ["two colons", "_BASE64::YWJj", "abc"],
  ["lower case", "_base64:YWJj", "_base64:YWJj"],
  ["no padding", "_BASE64:YWI", "ab"],
  ["padding in the middle", "_BASE64:YWI=YWJj", "ab"],
  ["prefix only", "_BASE64:", ""],
  ["bare prefix", "_BASE64", ""],
  ["plain text", "hello", "hello"],
  ["empty", "", ""],
  ["junk between", "_BASE64:Y!W?J#j", "abc"],
  ["url-safe digits", "_BASE64:-_-_", ""],
  ["leading blank", " _BASE64:YWJj", " _BASE64:YWJj"],
  ["UTF-8", "_BASE64:xbw=", "ż"],
  ["plain UTF-8", "ż", "ż"],
];

for (const [name, attribute, text] of DECODED) {
  Deno.test(`decodeValue() reads a value with ${name}`, () => {
    assertEquals(decodeValue(attribute), text);
  });
}

Deno.test("decodeValue() reads back whatever encodeValue() wrote", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 500 }), (text) => {
    const expected = text.toWellFormed();
    assertEquals(decodeValue(encodeValue(text)), expected);
    assertEquals(decodeValue(encodeValue(text).replaceAll("\n", " ")), expected);
  }));
});

Deno.test("decodeValue() never throws", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.constantFrom("", "_BASE64", "__BASE64:"),
      (text, prefix) => {
        decodeValue(prefix + text);
      },
    ),
  );
});

Deno.test("encodeValue() and decodeValue() agree with UTF-8 in base64, whatever the text", () => {
  const decoder = new TextDecoder();
  const texts = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(fc.property(texts, (text) => {
    const bytes = new TextEncoder().encode(text);
    assertEquals(encodeValue(text).replaceAll("\n", ""), `_BASE64:${bytes.toBase64()}`);
    assertEquals(decodeValue(encodeValue(text)), decoder.decode(bytes));
  }));
});

Deno.test("encodeWord() and decodeWord() do as their like do, for the first time and again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 100 }), (text) => {
      for (let time = 0; time < 2; time++) {
        assertEquals(encodeWord(text), encodeValue(text));
        assertEquals(decodeWord(text), decodeValue(text));
        assertEquals(decodeWord(encodeValue(text)), decodeValue(encodeValue(text)));
      }
    }),
    { numRuns: 1500 },
  );
});
