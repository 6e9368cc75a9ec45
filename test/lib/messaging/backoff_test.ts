import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Backoff } from "../../../lib/messaging/backoff.ts";
import { seededRandom } from "../../../lib/random.ts";

Deno.test("Backoff doubles the wait up to the longest", () => {
  const backoff = new Backoff({ firstMs: 100, maxMs: 1000, jitter: 0 });
  const waits = [1, 2, 3, 4, 5, 6, 5000].map((failures) => backoff.nextDelayMs(failures));
  assertEquals(waits, [100, 200, 400, 800, 1000, 1000, 1000]);
});

Deno.test("Backoff keeps every wait within its bounds", () => {
  const options = fc.record({
    firstMs: fc.nat(10_000),
    maxMs: fc.nat(100_000),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(fc.property(options, fc.nat(), fc.integer({ min: 1 }), (given, seed, failures) => {
    const backoff = new Backoff({ ...given, random: seededRandom(seed) });
    const fullMs = Math.min(given.maxMs, given.firstMs * 2 ** Math.min(failures - 1, 40));
    const delayMs = backoff.nextDelayMs(failures) ?? NaN;
    assert(delayMs <= fullMs && delayMs >= Math.floor(fullMs * (1 - given.jitter)));
  }));
});

Deno.test("Backoff repeats itself for the same seed", () => {
  const waits = (seed: number) => {
    const backoff = new Backoff({ random: seededRandom(seed) });
    return [1, 2, 3, 4].map((failures) => backoff.nextDelayMs(failures));
  };
  assertEquals(waits(7), waits(7));
  assert(waits(7).join() !== waits(8).join());
});

Deno.test("Backoff ends after the attempts allowed", () => {
  const backoff = new Backoff({ attempts: 2 });
  assert(backoff.nextDelayMs(2) !== undefined);
  assertEquals(backoff.nextDelayMs(3), undefined);
});

Deno.test("Backoff refuses bounds that make no sense", () => {
  for (const bad of [{ firstMs: -1 }, { maxMs: NaN }, { maxMs: Infinity }, { jitter: 1.1 }]) {
    assertThrows(() => new Backoff(bad), RangeError);
  }
});
