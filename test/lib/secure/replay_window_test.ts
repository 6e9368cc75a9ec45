import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { REPLAY_WINDOW, ReplayWindow } from "../../../lib/secure/replay_window.ts";

Deno.test("ReplayWindow takes each number once", () => {
  const window = new ReplayWindow();
  for (const sequence of [0, 5, 3, 31, 32, 33, 64]) {
    assertEquals(window.take(sequence), true, `${sequence}`);
    assertEquals(window.take(sequence), false, `${sequence} again`);
  }
});

Deno.test("ReplayWindow refuses what is too far behind", () => {
  const window = new ReplayWindow();
  window.take(10_000);
  assertEquals(window.take(10_000 - REPLAY_WINDOW), false);
  assertEquals(window.take(10_000 - REPLAY_WINDOW + 1), true);
  assertEquals(window.take(2 ** 32 - 1), true);
  assertEquals(window.take(2 ** 32 - 2), true);
  assertEquals(window.take(10_001), false);
});

Deno.test("ReplayWindow agrees with a set of all numbers that came", () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: -1200, max: 50 }), fc.nat(3000)), {
    maxLength: 300,
  });
  fc.assert(fc.property(steps, (relative) => {
    const window = new ReplayWindow();
    const seen = new Set<number>();
    let highest = -1;
    for (const step of relative) {
      const sequence = Math.max(0, highest + step);
      const isFresh = !seen.has(sequence) && sequence > highest - REPLAY_WINDOW;
      assertEquals(window.take(sequence), isFresh);
      if (isFresh) seen.add(sequence);
      highest = Math.max(highest, sequence);
    }
  }));
});
