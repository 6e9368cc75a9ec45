import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RequestError } from "../../../../sim/carbon/graphite/request_error.ts";
import { parseOffset, parseTime } from "../../../../sim/carbon/graphite/time_expression.ts";

/** Thursday, 1 January 2026, 12:34:56. */
const NOW = Date.UTC(2026, 0, 1, 12, 34, 56) / 1000;

Deno.test("parseTime() reads every form of Graphite's", () => {
  const times: Readonly<Record<string, string>> = {
    "": "2026-01-01T12:34:56",
    "now": "2026-01-01T12:34:56",
    "-1h": "2026-01-01T11:34:56",
    "now-1h30min": "2026-01-01T11:04:56",
    "now+2days": "2026-01-03T12:34:56",
    "-1mon": "2025-12-02T12:34:56",
    "-1y": "2025-01-01T12:34:56",
    "1767225600": "2026-01-01T00:00:00",
    "noon": "2026-01-01T12:00:00",
    "midnight": "2026-01-01T00:00:00",
    "teatime yesterday": "2025-12-31T16:00:00",
    "6pm_tomorrow": "2026-01-02T18:00:00",
    "12am": "2026-01-01T12:00:00",
    "16:45": "2026-01-01T16:45:00",
    "4:45pm today": "2026-01-01T16:45:00",
    "20251224": "2025-12-24T00:00:00",
    "08:30_20251224": "2025-12-24T08:30:00",
    "12/24/25": "2025-12-24T00:00:00",
    "12/24/2025-1d": "2025-12-23T00:00:00",
    "January 5": "2026-01-05T00:00:00",
    "monday": "2025-12-29T00:00:00",
    "noon thursday": "2026-01-01T12:00:00",
    "99999999": "1973-03-03T09:46:39",
  };
  for (const [text, time] of Object.entries(times)) {
    const second = parseTime(text, NOW);
    assertEquals([text, new Date(second * 1000).toISOString().slice(0, 19)], [text, time]);
  }
});

Deno.test("parseTime() refuses what is no time", () => {
  const refused: Readonly<Record<string, string>> = {
    "someday": "Unknown day reference: someday",
    "25:00": "Invalid time of day",
    "10:75": "Invalid time of day",
    "january": "Day of month required after month name",
    "13/01/2025": "Unknown day reference",
    "-5": "Invalid offset unit ''",
    "-5parsecs": "Invalid offset unit 'parsecs'",
    "-h": "Invalid offset",
    "-1!h": "Invalid offset",
    "-99999999999999999999y": "too long",
    "99999999999999999999": "too far ahead",
  };
  for (const [text, reason] of Object.entries(refused)) {
    assertThrows(() => parseTime(text, NOW), RequestError, reason, text);
  }
  assertThrows(() => parseTime("1".repeat(101), NOW), RequestError, "Time of 101 characters");
});

Deno.test("parseTime() refuses with a reason or gives a second, whatever the text", () => {
  const words = fc.constantFrom(
    "now",
    "-",
    "+",
    "1",
    "h",
    "min",
    "noon",
    "/",
    ":",
    "pm",
    "mon",
    "2026",
  );
  const texts = fc.oneof(fc.string(), fc.array(words, { maxLength: 8 }).map((all) => all.join("")));
  fc.assert(
    fc.property(texts, (text) => {
      try {
        return Number.isSafeInteger(parseTime(text, NOW));
      } catch (error) {
        return error instanceof RequestError;
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseOffset() adds all of its units", () => {
  assertEquals(parseOffset("1week1d2h3min4s"), 698_584);
  assertEquals(parseOffset("-1d12h"), -129_600);
  assertEquals(parseOffset("+90s"), 90);
});
