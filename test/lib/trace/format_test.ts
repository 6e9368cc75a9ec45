import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  formatTraceLine,
  parseTraceLine,
  TraceFormatError,
  type TraceLine,
} from "../../../lib/trace/format.ts";
import { traceLines } from "./_lines.ts";

const line: TraceLine = { t: 1.5, conn: "agent", dir: "c2s", xml: "<presence/>" };

Deno.test("parseTraceLine() reads back what formatTraceLine() wrote", () => {
  fc.assert(fc.property(traceLines, fc.nat(), (given, number) => {
    const text = formatTraceLine(given);
    assertEquals(text.indexOf("\n"), text.length - 1);
    const { t, ...rest } = parseTraceLine(text.trimEnd(), number);
    assertEquals({ ...rest, t: t + 0 }, { ...given, t: given.t + 0, line: number });
  }));
});

Deno.test("parseTraceLine() throws nothing but TraceFormatError, and names the line", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), fc.nat(), (text, number) => {
    try {
      parseTraceLine(text, number);
    } catch (error) {
      if (!(error instanceof TraceFormatError)) throw error;
      assertMatch(error.message, new RegExp(`^Cannot read trace, line ${number}: `));
      assertEquals(error.line, number);
    }
  }));
});

const BAD: Readonly<Record<string, unknown>> = {
  "a member too many": { ...line, more: 1 },
  "a member too few": { t: 1, conn: "a", dir: "c2s" },
  "a time before the start": { ...line, t: -1 },
  "a time that is text": { ...line, t: "1" },
  "no name": { ...line, conn: "" },
  "a name of two lines": { ...line, conn: "a\nb" },
  "a third direction": { ...line, dir: "both" },
  "no stanza": { ...line, xml: "" },
  "an array": [line],
  "nothing": null,
};
for (const [name, value] of Object.entries(BAD)) {
  Deno.test(`parseTraceLine() refuses ${name}`, () => {
    assertThrows(() => parseTraceLine(JSON.stringify(value), 7), TraceFormatError, "line 7");
  });
}

Deno.test("formatTraceLine() refuses what could not be read back", () => {
  assertThrows(() => formatTraceLine({ ...line, t: NaN }), RangeError);
  assertThrows(() => formatTraceLine({ ...line, xml: "\ud800" }), RangeError);
});
