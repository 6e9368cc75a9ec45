import { assertEquals, assertThrows } from "@std/assert";
import { parseRetentions } from "../../../sim/carbon/retention.ts";

Deno.test("parseRetentions() reads points and times with units, the finest first", () => {
  assertEquals(parseRetentions("60:10080"), [{ stepSeconds: 60, points: 10_080 }]);
  assertEquals(parseRetentions("1m:2h, 10s:6m"), [
    { stepSeconds: 10, points: 36 },
    { stepSeconds: 60, points: 120 },
  ]);
  assertEquals(parseRetentions("1h:5y"), [{ stepSeconds: 3600, points: 43_800 }]);
});

Deno.test("parseRetentions() refuses what is no list of archives", () => {
  for (const text of ["", "60", "60:", ":5", "60:5x", "-60:5", "60:5,", "6 0:5", "1.5:2"]) {
    assertThrows(() => parseRetentions(text), SyntaxError, "Cannot read retention", text);
  }
});

Deno.test("parseRetentions() refuses archives that Whisper refuses", () => {
  const refused: [string, string][] = [
    ["0:5", "Cannot keep 5 points of 0 s"],
    ["60:0", "Cannot keep 0 points"],
    ["1:999999999999", "Cannot keep"],
    ["60:100,90:200", "the steps do not divide"],
    ["60:100,60:200", "the steps do not divide"],
    ["60:100,120:50", "spans no more time"],
    ["60:5,3600:100", "too few points"],
    // The original's own, for perDay.
    ["86400:31,604800:53,2629744:60", "the steps do not divide"],
  ];
  for (const [text, reason] of refused) {
    assertThrows(() => parseRetentions(text), RangeError, reason, text);
  }
});
