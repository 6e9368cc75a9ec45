import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parsePointLine } from "../../../sim/carbon/point_line.ts";

const NOW = 1_767_225_600;

Deno.test("parsePointLine() reads every number as carbon does", () => {
  const numbers: [string, number][] = [
    ["1", 1],
    ["+1", 1],
    ["-1.", -1],
    [".5", 0.5],
    ["1e3", 1000],
    ["1.5E-2", 0.015],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
  ];
  for (const [text, value] of numbers) {
    assertEquals(parsePointLine(`a ${text} 5`, NOW), { path: "a", value, timestamp: 5 });
  }
  assertEquals(parsePointLine("a 1 -1.7", NOW)?.timestamp, NOW);
});

Deno.test("parsePointLine() refuses what no series can take", () => {
  const lines = ["a nan 5", "a 1 nan", "a 1 inf", "a 1 1e300", "a 0x1 5", "a 1_0 5", "a 1, 5"];
  lines.push(".a 1 5", "a. 1 5", ". 1 5", "../a 1 5", "a/b 1 5", "a..b./etc 1 5");
  lines.push(`${"x".repeat(251)} 1 5`, `${"ü".repeat(126)} 1 5`, `${"a.".repeat(70)}a 1 5`);
  lines.push(`${"part.".repeat(250)}a 1 5`);
  for (const line of lines) assertEquals(parsePointLine(line, NOW), undefined, line);
});

Deno.test("parsePointLine() reads back every point, whatever blanks are between", () => {
  const part = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" })
    .filter((text) => !/[\s./]/.test(text));
  const blanks = fc.stringMatching(/^[ \t]{1,3}$/);
  const number = fc.double({ noNaN: true });
  const second = fc.integer({ min: 0, max: 2 ** 40 });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), number, second, blanks, (
      parts,
      value,
      timestamp,
      blank,
    ) => {
      const path = parts.join(".");
      fc.pre(path.trim() === path);
      const line = `${blank}${path}${blank}${value}${blank}${timestamp}\r`;
      assertEquals(parsePointLine(line, NOW), { path, value, timestamp });
    }),
  );
});

Deno.test("parsePointLine() never throws, and never gives NaN or a path out of its place", () => {
  const words = fc.oneof(fc.string(), fc.constantFrom(" ", ".", "..", "/", "1", "-1", "nan", "\t"));
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), (texts) => {
      const point = parsePointLine(texts.join(""), NOW);
      if (point === undefined) return true;
      const parts = point.path.split(".");
      return !Number.isNaN(point.value) && Number.isSafeInteger(point.timestamp) &&
        parts.every((part) => part !== "" && !/[\s/]/.test(part));
    }),
    { numRuns: 1000 },
  );
});
