import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LineError, LineReader, LONGEST_LINE_BYTES } from "../../../sim/carbon/line_reader.ts";

const encoder = new TextEncoder();

/** Lines of bytes that arrive in pieces of the given lengths. */
function readPieces(bytes: Uint8Array, lengths: readonly number[]): string[] {
  const reader = new LineReader();
  const lines: string[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    reader.push(bytes.subarray(at, at + length), (line) => lines.push(line));
    at += length;
  }
  return lines;
}

Deno.test("LineReader gives the same lines however the bytes are cut", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 30 }).map((line) =>
    line.replaceAll("\n", "")
  );
  const lengths = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), text, lengths, (lines, rest, cuts) => {
      const bytes = encoder.encode(lines.map((line) => `${line}\n`).join("") + rest);
      assertEquals(readPieces(bytes, cuts), lines.map((line) => line.toWellFormed()));
    }),
  );
});

Deno.test("LineReader takes the longest line, and none that is longer", () => {
  const longest = "x".repeat(LONGEST_LINE_BYTES);
  assertEquals(readPieces(encoder.encode(`${longest}\n`), [10]), [longest]);
  for (const text of [`a\nx${longest}\nb\n`, `a\nx${longest}`]) {
    const reader = new LineReader();
    const lines: string[] = [];
    const push = () => reader.push(encoder.encode(text), (line) => lines.push(line));
    assertThrows(push, LineError, "Line of more than 16384 bytes");
    assertEquals(lines, ["a"]);
  }
});

Deno.test("LineReader hands out what stands before a line that is not UTF-8", () => {
  const reader = new LineReader();
  const lines: string[] = [];
  const bytes = Uint8Array.of(0x61, 10, 0xc3, 0xbc, 10, 0x62, 0xff, 10, 0x63, 10);
  assertThrows(() => reader.push(bytes, (line) => lines.push(line)), LineError, "not UTF-8");
  assertEquals(lines, ["a", "ü"]);
});
