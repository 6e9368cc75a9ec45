import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ByteReader } from "../../../lib/chirp/byte_reader.ts";

/** A stream that comes in these pieces. */
function streamOf(pieces: readonly Uint8Array[]): ByteReader {
  const left = pieces.filter((piece) => piece.length > 0);
  return new ByteReader((target) => {
    const piece = left.shift();
    if (piece === undefined) return Promise.resolve(0);
    const taken = piece.subarray(0, target.length);
    target.set(taken);
    if (taken.length < piece.length) left.unshift(piece.subarray(taken.length));
    return Promise.resolve(taken.length);
  });
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(line: Uint8Array | undefined): string | undefined {
  return line && new TextDecoder().decode(line);
}

Deno.test("readLine() joins pieces and stops at the end", async () => {
  const reader = streamOf(["on", "e\n\ntw", "o\nrest"].map(bytes));
  assertEquals(text(await reader.readLine(10)), "one");
  assertEquals(text(await reader.readLine(10)), "");
  assertEquals(text(await reader.readLine(10)), "two");
  assertEquals(await reader.readLine(10), undefined);
});

Deno.test("readLine() refuses a line over the limit before it ends", async () => {
  const reader = streamOf([bytes("x".repeat(11))]);
  await assertRejects(() => reader.readLine(10), RangeError, "over 10 bytes");
});

Deno.test("lines and data come out as they went in, however they are cut", async () => {
  const items = fc.array(fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ maxLength: 40 }).map((line) => line.replaceAll("\n", "")),
  ));
  const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });
  await fc.assert(fc.asyncProperty(items, cuts, async (all, sizes) => {
    const parts = all.map((item) => typeof item === "string" ? bytes(`${item}\n`) : item);
    const stream = Uint8Array.from(parts.flatMap((part) => [...part]));
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < stream.length;) {
      const size = sizes[pieces.length % sizes.length] ?? 1;
      pieces.push(stream.subarray(at, at + size));
      at += size;
    }
    const reader = streamOf(pieces);
    for (const item of all) {
      if (typeof item === "string") {
        assertEquals(await reader.readLine(1000).then((line) => line && [...line]), [
          ...bytes(item),
        ]);
        continue;
      }
      const target = new Uint8Array(item.length);
      for (let at = 0; at < target.length;) at += await reader.read(target.subarray(at));
      assertEquals([...target], [...item]);
    }
    assertEquals(await reader.readLine(1000), undefined);
  }));
});
