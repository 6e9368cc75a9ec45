import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { formatTraceLine, TraceFormatError } from "../../../lib/trace/format.ts";
import { parseTrace, readTrace } from "../../../lib/trace/read.ts";
import { readTrace as readFixture, traceNames, tracePath } from "../../traces.ts";
import { traceLines } from "./_lines.ts";

const encoder = new TextEncoder();

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]) {
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield await Promise.resolve(bytes.subarray(start, start + size));
    start += size;
  }
}

const read = (bytes: Uint8Array, sizes: readonly number[], limits = {}) =>
  Array.fromAsync(readTrace(chunksOf(bytes, sizes), limits));

Deno.test("readTrace() reads the same whatever the chunks, and whether or not a newline ends it", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(traceLines), sizes, fc.boolean(), async (lines, cuts, cut) => {
      const text = lines.map(formatTraceLine).join("");
      const bytes = encoder.encode(cut ? text.trimEnd() : text);
      assertEquals(await read(bytes, cuts), parseTrace(text));
      assertEquals(parseTrace(text).length, lines.length);
    }),
    { numRuns: 50 },
  );
});

Deno.test("readTrace() reads every recorded trace, and writing gives the same again", async () => {
  for (const name of traceNames()) {
    const file = await Deno.open(tracePath(name));
    const records = await Array.fromAsync(readTrace(file.readable));
    assertEquals(records, readFixture(name));
    assertEquals(parseTrace(records.map(formatTraceLine).join("")), records);
  }
});

Deno.test("readTrace() reuses no chunk's memory", async () => {
  const text = formatTraceLine({ t: 0, conn: "a", dir: "c2s", xml: "<presence/>" });
  const bytes = encoder.encode(text);
  async function* reusing() {
    const buffer = new Uint8Array(8);
    for (let start = 0; start < bytes.length; start += 8) {
      const part = bytes.subarray(start, start + 8);
      buffer.set(part);
      yield await Promise.resolve(buffer.subarray(0, part.length));
    }
  }
  assertEquals((await Array.fromAsync(readTrace(reusing())))[0]?.xml, "<presence/>");
});

Deno.test("readTrace() names the line of what it refuses", async () => {
  const good = formatTraceLine({ t: 0, conn: "a", dir: "c2s", xml: "<presence/>" });
  const cases: Readonly<Record<string, [Uint8Array, object, number]>> = {
    "an empty line": [encoder.encode(`${good}\n${good}`), {}, 2],
    "a line that is cut": [encoder.encode(good + good.slice(0, 20)), {}, 2],
    "bytes that are no UTF-8": [new Uint8Array([...encoder.encode(good), 0xff, 10]), {}, 2],
    "a byte order mark": [encoder.encode(`\ufeff${good}`), {}, 1],
    "too long a line": [encoder.encode(good + good), { maxLineBytes: 20 }, 1],
    "too many bytes": [encoder.encode(good + good), { maxBytes: 80 }, 2],
    "too many lines": [encoder.encode(good.repeat(3)), { maxLines: 2 }, 3],
  };
  for (const [name, [bytes, limits, line]] of Object.entries(cases)) {
    const error = await assertRejects(() => read(bytes, [5], limits), TraceFormatError);
    assertEquals(error.line, line, name);
  }
});
