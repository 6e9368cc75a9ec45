import { assertEquals } from "@std/assert";
import { levelRank, LOG_LEVELS, parseLogLevel } from "../../../lib/log/level.ts";

Deno.test("levelRank() grows with importance", () => {
  assertEquals(LOG_LEVELS.map(levelRank), [0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("parseLogLevel() knows names, short names and numbers", () => {
  assertEquals(["debug", "WARN", "err", "3", "emerg"].map(parseLogLevel), [
    "debug",
    "warning",
    "error",
    "warning",
    "emergency",
  ]);
  assertEquals(["", "8", "loud", "constructor"].map(parseLogLevel), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
