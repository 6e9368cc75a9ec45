/**
 * Lines of traces for property tests.
 *
 * @module
 */
import fc from "fast-check";
import type { TraceLine } from "../../../lib/trace/format.ts";

/** Lines of traces, with whatever text the wire can carry. */
export const traceLines: fc.Arbitrary<TraceLine> = fc.record({
  t: fc.double({ min: 0, max: 1e9, noNaN: true, noDefaultInfinity: true }).map((t) => t + 0),
  conn: fc.string({ minLength: 1, maxLength: 40, unit: "grapheme-ascii" }),
  dir: fc.constantFrom("c2s", "s2c"),
  xml: fc.string({ minLength: 1, unit: "binary" }).filter((text) => text.isWellFormed()),
});
