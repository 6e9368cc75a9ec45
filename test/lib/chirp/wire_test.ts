import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type ChirpStat,
  decodePathWord,
  encodePath,
  fileStatusOf,
  foldPath,
  formatStat,
  parseStat,
} from "../../../lib/chirp/wire.ts";
import { bytesOfName, nameOfBytes } from "../../../lib/chirp/names.ts";

const STAT_LINE = "36 1204 33188 1 1000 100 0 13 4096 8 1758000000 1758000001 1758000002";

Deno.test("encodePath() leaves plain characters alone", () => {
  const plain = "/AZaz09-_.+&?#;=@!$^*(),[]/:`";
  assertEquals(encodePath(plain), plain);
});

Deno.test("encodePath() writes two upper-case digits for everything else", () => {
  assertEquals(encodePath("a b\t\n\x01"), "a%20b%09%0A%01");
  assertEquals(encodePath("\"%'<>\\{|}~\x7f"), "%22%25%27%3C%3E%5C%7B%7C%7D%7E%7F");
  assertEquals(encodePath("ä日😀"), "%C3%A4%E6%97%A5%F0%9F%98%80");
});

Deno.test("encodePath() refuses a NUL and surrogates that stand for no byte", () => {
  for (const path of ["/a\0b", "\ud800", "\udc7f", "\udd00"]) {
    assertThrows(() => encodePath(path), SyntaxError);
  }
});

Deno.test("decodePathWord() takes either case, raw UTF-8 bytes and escaped slashes", () => {
  assertEquals(decodePathWord("%2e%2E%2f%C3%a4"), "../ä");
  assertEquals(decodePathWord("\xc3\xa4"), "ä");
});

Deno.test("decodePathWord() refuses broken escapes, NUL and characters beyond a byte", () => {
  for (const word of ["%", "a%0", "%zz", "% 9", "%+1", "%00", "\0", "ä日"]) {
    assertThrows(() => decodePathWord(word), SyntaxError);
  }
});

Deno.test("decodePathWord() keeps bytes that are not UTF-8 apart", () => {
  assertEquals(decodePathWord("%FF%FF"), "\udcff\udcff");
  assertEquals(decodePathWord("x%C3y%E6%97"), "x\udcc3y\udce6\udc97");
  assertEquals(encodePath("\udcff\udcff"), "%FF%FF");
});

Deno.test("encodePath() and decodePathWord() are inverse on any text without NUL", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    fc.pre(!text.includes("\0") && text.isWellFormed());
    assertEquals(decodePathWord(encodePath(text)), text);
  }));
});

Deno.test("nameOfBytes() and bytesOfName() are inverse on any bytes", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assertEquals([...bytesOfName(nameOfBytes(bytes))], [...bytes]);
  }));
});

Deno.test("decodePathWord() throws nothing but SyntaxError", () => {
  const words = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom("%", "0", "F", "f", "\xc3", "\xa4", "/", ".")).map((all) =>
      all.join("")
    ),
  );
  fc.assert(fc.property(words, (word) => onlySyntaxErrors(() => decodePathWord(word))));
});

Deno.test("foldPath() folds by text and never climbs above the root", () => {
  const cases = {
    "": "/",
    "/": "/",
    "f": "/f",
    "./f": "/f",
    "//f": "/f",
    "/d/../f": "/f",
    "../../f": "/f",
    "/f/": "/f",
    "/a/...//b/.": "/a/.../b",
  };
  for (const [path, folded] of Object.entries(cases)) assertEquals(foldPath(path), folded);
});

Deno.test("foldPath() is idempotent and leaves no dots", () => {
  const paths = fc.array(fc.constantFrom("..", ".", "", "a", "b c")).map((all) => all.join("/"));
  fc.assert(fc.property(paths, (path) => {
    const folded = foldPath(path);
    assertEquals(foldPath(folded), folded);
    assertEquals(folded.split("/").some((name) => name === ".." || name === "."), false);
  }));
});

Deno.test("parseStat() reads what a server sends", () => {
  const stat = parseStat(STAT_LINE);
  assertEquals(stat.inode, 1204n);
  assertEquals(formatStat(stat), STAT_LINE);
  assertEquals(fileStatusOf(stat), {
    kind: "file",
    size: 13,
    mode: 0o644,
    modifiedMs: 1_758_000_001_000,
  });
  assertEquals(fileStatusOf({ ...stat, mode: 16877 }).kind, "directory");
  assertEquals(fileStatusOf({ ...stat, mode: 41471 }).kind, "link");
  assertEquals(fileStatusOf({ ...stat, mode: 4480 }).kind, "other");
});

Deno.test("parseStat() ignores words after the 13th and extra blanks", () => {
  assertEquals(parseStat(` ${STAT_LINE.replaceAll(" ", "  ")} more words`), parseStat(STAT_LINE));
});

Deno.test("parseStat() refuses short lines, other words and sizes beyond 2^53", () => {
  assertThrows(() => parseStat("1 2 3"), SyntaxError, "3 words");
  assertThrows(() => parseStat(STAT_LINE.replace("33188", "0x81a4")), SyntaxError, "0x81a4");
  assertThrows(() => parseStat(STAT_LINE.replace(" 13 ", " 9223372036854775807 ")), SyntaxError);
});

Deno.test("parseStat() undoes formatStat()", () => {
  const whole = fc.maxSafeInteger();
  const wide = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const stats: fc.Arbitrary<ChirpStat> = fc.record({
    device: wide,
    inode: wide,
    mode: whole,
    links: whole,
    userId: whole,
    groupId: whole,
    specialDevice: wide,
    sizeBytes: whole,
    blockSizeBytes: whole,
    blocks: whole,
    accessedS: whole,
    modifiedS: whole,
    changedS: whole,
  });
  fc.assert(fc.property(stats, (stat) => assertEquals(parseStat(formatStat(stat)), stat)));
});

Deno.test("parseStat() throws nothing but SyntaxError", () => {
  const words = fc.array(fc.constantFrom("1", "-", "+1", "0x", " ", "\t", "9".repeat(20), "é"), {
    maxLength: 40,
  }).map((all) => all.join(" "));
  fc.assert(fc.property(fc.oneof(fc.string(), words), (line) => {
    onlySyntaxErrors(() => parseStat(line));
  }));
});

function onlySyntaxErrors(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    assertInstanceOf(error, SyntaxError);
  }
}

Deno.test("encodePath() refuses a long path in few words", () => {
  const error = assertThrows(() => encodePath(`${"x".repeat(5000)}\0`), SyntaxError);
  assert(error.message.length < 300);
});

Deno.test("decodePathWord() reads a long word that is not UTF-8 at all", () => {
  const word = "%C3%28a".repeat(10_000);
  assertEquals(decodePathWord(word).length, 30_000);
  assertEquals(encodePath(decodePathWord(word)), "%C3(a".repeat(10_000));
});
