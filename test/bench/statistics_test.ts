import { assertEquals, assertThrows } from "@std/assert";
import { quantile, spread, summarize, timesBetter } from "../../bench/statistics.ts";

Deno.test("a quantile lies between two samples in proportion", () => {
  assertEquals(quantile([4, 1, 3, 2], 0.5), 2.5);
  assertEquals(quantile([10, 20, 30], 0.25), 15);
  assertEquals(quantile([7], 0.9), 7);
  assertThrows(() => quantile([], 0.5), RangeError);
});

Deno.test("one wild sample moves neither median nor spread far", () => {
  const { median, ...quartiles } = summarize([100, 101, 99, 100, 9000]);
  assertEquals(median, 100);
  assertEquals(spread({ median, ...quartiles }), 0.005);
});

Deno.test("ours is compared with the peer's sample of the same round", () => {
  // The machine slowed down for both; the medians alone would say 1.
  assertEquals(timesBetter([200, 100, 50], [100, 50, 25], "more"), 2);
  assertEquals(timesBetter([1, 2, 4], [3, 6, 12], "less"), 3);
  assertEquals(timesBetter([10, 20, 30], [5], "more"), 4);
});
