import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  type ByteConnection,
  ByteReader,
  ByteWriter,
  ConnectionLost,
} from "../../../sim/chirp/byte_stream.ts";
import { bytesOfLatin1, latin1Of } from "../../../sim/chirp/small_file.ts";

/** A connection that gives a text in pieces of these lengths, over and over, and takes a few bytes at a time. */
function scripted(
  text: string,
  lengths: readonly number[] = [Infinity],
  takesBytes = Infinity,
): ByteConnection & { sent: string } {
  const bytes = bytesOfLatin1(text);
  let given = 0;
  let turn = 0;
  return {
    sent: "",
    read(into) {
      if (given === bytes.length) return Promise.resolve(null);
      const length = Math.min(lengths[turn++ % lengths.length] ?? 1, into.length);
      const piece = bytes.subarray(given, given + length);
      into.set(piece);
      given += piece.length;
      return Promise.resolve(piece.length);
    },
    write(bytes) {
      const taken = bytes.subarray(0, takesBytes);
      this.sent += latin1Of(taken);
      return Promise.resolve(taken.length);
    },
    close() {},
  };
}

const readerOf = (text: string, lengths?: number[]) =>
  new ByteReader(scripted(text, lengths), () => {});

Deno.test("ByteReader.line() drops carriage returns and what follows a NUL", async () => {
  const reader = readerOf("a\rb\r\nc\0d\n\n");
  assertEquals([await reader.line(), await reader.line(), await reader.line()], ["ab", "c", ""]);
  assertEquals(await reader.line(), undefined);
});

Deno.test("ByteReader.line() takes 1024 bytes with the line feed and not one more", async () => {
  assertEquals((await readerOf("x".repeat(1023) + "\n").line())?.length, 1023);
  await assertRejects(() => readerOf("x".repeat(1024) + "\n").line(), ConnectionLost);
  await assertRejects(() => readerOf("x".repeat(1400), [700]).line(), ConnectionLost);
});

Deno.test("ByteReader gives the same lines and data however the bytes are cut into pieces", async () => {
  const item = fc.oneof(
    fc.string({ unit: fc.constantFrom("a", " ", "\xff", "%"), maxLength: 900 }),
    fc.integer({ min: 0, max: 40_000 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 12 }),
      fc.array(fc.oneof(fc.integer({ min: 500, max: 70_000 }), fc.constant(1)), {
        minLength: 1,
        maxLength: 20,
      }),
      async (items, cuts) => {
        const text = items.map((it) => typeof it === "string" ? `${it}\n` : "\n".repeat(it));
        const reader = readerOf(text.join(""), cuts);
        for (const it of items) {
          if (typeof it === "string") assertEquals(await reader.line(), it);
          else assertEquals(await reader.readFully(new Uint8Array(it)), it);
        }
        assertEquals(await reader.readFully(new Uint8Array(1)), 0);
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("ByteWriter gathers lines and sends all, however little the peer takes", async () => {
  const connection = scripted("", [], 7);
  const writer = new ByteWriter(connection, () => {});
  for (let index = 0; index < 500; index++) writer.line(index);
  assertEquals(connection.sent, "");
  await writer.send(bytesOfLatin1("large"));
  const expected = Array.from({ length: 500 }, (_, index) => `${index}\n`).join("") + "large";
  assertEquals(connection.sent, expected);
  assertEquals(writer.totalBytes, expected.length);
});
