import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { factsOf } from "../../../../lib/grid/rucio/checksums.ts";

/** Yields bytes in parts. */
async function* inParts(bytes: Uint8Array, partBytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += partBytes) {
    yield await Promise.resolve(bytes.subarray(from, from + partBytes));
  }
}

/** Adler-32 as zlib has it: the last four bytes of its streams. */
function adler32OfZlib(bytes: Uint8Array): string {
  return deflateSync(bytes, { level: 0 }).subarray(-4).toString("hex");
}

Deno.test("factsOf() has the checksums of zlib and OpenSSL, whatever the parts", async () => {
  const property = fc.asyncProperty(
    fc.uint8Array({ maxLength: 20_000, size: "max" }),
    fc.integer({ min: 1, max: 9000 }),
    async (bytes, partBytes) => {
      assertEquals(await factsOf(inParts(bytes, partBytes)), {
        sizeBytes: bytes.length,
        adler32: adler32OfZlib(bytes),
        md5: createHash("md5").update(bytes).digest("hex"),
      });
    },
  );
  await fc.assert(property, { numRuns: 50 });
  const large = new Uint8Array(1_000_000).fill(255);
  assertEquals((await factsOf(inParts(large, 300_000))).adler32, adler32OfZlib(large));
});
