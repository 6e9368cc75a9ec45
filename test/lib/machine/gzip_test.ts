import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { gunzipSync } from "node:zlib";
import { gzip } from "../../../lib/machine/gzip.ts";
import { seededRandom } from "../../../lib/random.ts";

/** Compresses chunks into one piece. */
async function gzipped(chunks: readonly Uint8Array[]): Promise<Uint8Array> {
  async function* source() {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  const parts = await Array.fromAsync(gzip(source()), (part) => new Uint8Array(part));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Cuts bytes into chunks of one size. */
function cut(bytes: Uint8Array, chunkBytes: number): Uint8Array[] {
  return Array.from(
    { length: Math.ceil(bytes.length / chunkBytes) },
    (_, index) => bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
}

Deno.test("gzip() gives back any bytes in any chunks", async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 5000 }),
    fc.nat(400_000).map((length) => new Uint8Array(length).fill(65)),
    fc.nat(400_000).map((length) => seededRandom(length).bytes(length)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 4 }), async (chunks) => {
      const plain = new Uint8Array(
        await new Blob(chunks.map((chunk) => new Uint8Array(chunk))).arrayBuffer(),
      );
      assert(new Uint8Array(gunzipSync(await gzipped(chunks))).toHex() === plain.toHex());
    }),
    { numRuns: 20 },
  );
});

Deno.test("gzip() is one member that a strict reader takes, also of nothing", async () => {
  for (const bytes of [new Uint8Array(0), seededRandom(1).bytes(600_000)]) {
    const stream = new Blob([new Uint8Array(await gzipped(cut(bytes, 70_000)))]).stream();
    const back = await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).bytes();
    assertEquals(back.length, bytes.length);
    assert(back.toHex() === bytes.toHex());
  }
});

Deno.test("gzip() compresses texts and hardly grows what does not compress", async () => {
  const noise = seededRandom(2).bytes(2 ** 20);
  assert((await gzipped([noise])).length < noise.length * 1.0002 + 64);
  const text = new TextEncoder().encode("event 7 pt=12.5\n".repeat(2 ** 16));
  assert((await gzipped(cut(text, 1000))).length < text.length / 50);
  const mixed = [text.subarray(0, 2 ** 18), noise.subarray(0, 2 ** 18)];
  assert((await gzipped(mixed)).length < 2 ** 18 * 1.1);
});
