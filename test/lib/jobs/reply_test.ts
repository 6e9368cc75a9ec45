import { assertEquals, assertThrows } from "@std/assert";
import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { asInteger, asList, asText, asTexts, asWord } from "../../../lib/jobs/reply.ts";

Deno.test("asInteger() takes integers and digits only", () => {
  assertEquals(asInteger(-3, "x"), -3);
  assertEquals(asInteger("1795349759511", "x"), 1795349759511);
  for (const bad of ["", " 1", "1e3", "0x10", "1.5", 1.5, null, [1], "9".repeat(20)]) {
    assertThrows(() => asInteger(bad, "script touch"), RedisError);
  }
  assertThrows(
    () => asInteger("a lot", "script touch"),
    RedisError,
    'Cannot use the answer of script touch: expected a whole number, got "a lot"',
  );
});

Deno.test("asText(), asList() and asTexts() refuse other shapes", () => {
  assertEquals(asText("a", "x"), "a");
  assertEquals(asList(["a", 1], "x"), ["a", 1]);
  assertEquals(asTexts(["a", "b"], "x"), ["a", "b"]);
  assertThrows(() => asText(null, "GET x"), RedisError, "answer of GET x: expected text, got null");
  assertThrows(() => asList("a", "x"), RedisError, "expected a list");
  assertThrows(() => asTexts(["a", 1], "x"), RedisError, "expected text, got 1");
  assertThrows(() => asTexts(undefined, "x"), RedisError, "expected a list, got null");
});

Deno.test("asWord() takes known words only", () => {
  assertEquals(asWord("done", "x", ["done", "stale"]), "done");
  assertThrows(
    () => asWord("gone", "script complete", ["done", "stale"]),
    RedisError,
    'Cannot use the answer of script complete: expected one of done, stale, got "gone"',
  );
});
