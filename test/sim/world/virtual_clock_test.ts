import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { repeatSettled, VirtualClock } from "../../../sim/world/virtual_clock.ts";

/** Enough calls that the clock has to make more room. */
const MANY = 3000;

Deno.test("VirtualClock makes calls when they are due, those of one time in the order they were asked for", () => {
  const delays = fc.array(fc.integer({ min: -5, max: 40 }), { maxLength: MANY });
  fc.assert(
    fc.property(delays, fc.integer({ min: 2, max: 7 }), (delays, cancelled) => {
      const clock = new VirtualClock(0);
      const made: number[] = [];
      const timers = delays.map((delayMs, index) => clock.after(delayMs, () => made.push(index)));
      timers.forEach((timer, index) => index % cancelled === 0 && timer.cancel());
      while (clock.step()) { /* until nothing is due any more */ }
      const due = (index: number) => Math.max(0, delays[index] ?? 0);
      const expected = delays.map((_, index) => index).filter((index) => index % cancelled !== 0)
        .toSorted((one, other) => due(one) - due(other) || one - other);
      assertEquals(made, expected);
      assertEquals(clock.scheduled, delays.length);
    }),
    { numRuns: 50 },
  );
});

Deno.test("VirtualClock makes calls in order that others ask for", () => {
  const clock = new VirtualClock(0);
  const made: string[] = [];
  clock.after(10, () => {
    clock.after(0, () => made.push(`behind at ${clock.now()}`));
    clock.after(5, () => made.push(`last at ${clock.now()}`));
  });
  clock.after(10, () => made.push(`same time at ${clock.now()}`));
  while (clock.step()) { /* until nothing is due any more */ }
  assertEquals(made, ["same time at 10", "behind at 10", "last at 15"]);
});

Deno.test("VirtualClock goes through thousands of calls that make room for one another", () => {
  const clock = new VirtualClock(0);
  let [made, lastMs] = [0, 0];
  const again = (left: number) => {
    made++;
    assertEquals(clock.now() >= lastMs, true);
    lastMs = clock.now();
    if (left > 0) clock.after((made * 7919) % 101, () => again(left - 1));
  };
  for (let index = 0; index < MANY; index++) clock.after((index * 31) % 997, () => again(2));
  while (clock.step()) { /* until nothing is due any more */ }
  assertEquals([made, clock.nextMs], [3 * MANY, undefined]);
});

Deno.test("repeatSettled() lets all promises settle before each time, and ends with what went wrong", async () => {
  let hops = 0;
  const hop = async () => {
    for (let count = 0; count < 20; count++) await Promise.resolve();
    hops++;
  };
  let times = 0;
  await repeatSettled(() => {
    assertEquals(hops, times);
    void hop();
    return ++times < 100;
  });
  assertEquals(times, 100);
  const failed = repeatSettled(() => {
    throw new RangeError("Out of time");
  });
  assertEquals(await failed.catch((error) => error.message), "Out of time");
});
