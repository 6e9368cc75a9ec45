import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Fate } from "../../../sim/world/fate.ts";

/** Which of a hundred messages are lost. */
function lossesOf(fate: Fate, name = "agent-1"): number[] {
  const dice = fate.dice(name);
  return Array.from({ length: 100 }, (_, index) => index)
    .filter(() => dice.on("jobDone").strike("lost", 0.2) !== undefined);
}

Deno.test("Fate decides the same for the same seed, and otherwise for another", () => {
  assertEquals(lossesOf(new Fate(1)), lossesOf(new Fate(1)));
  assertNotEquals(lossesOf(new Fate(1)), lossesOf(new Fate(2)));
  assertNotEquals(lossesOf(new Fate(1)), lossesOf(new Fate(1), "agent-2"));
});

Deno.test("Fate strikes as often as it should, with sizes from 0 to 1", () => {
  const dice = new Fate(7).dice("agent");
  const sizes = Array.from({ length: 5000 }, () => dice.on("ack").strike("late", 0.1))
    .filter((size) => size !== undefined);
  assert(sizes.length > 400 && sizes.length < 600, `${sizes.length} strikes`);
  assert(Math.min(...sizes) < 0.05 && Math.max(...sizes) > 0.95 && Math.max(...sizes) < 1);
});

Deno.test("Fate leaves out single faults, and the others stay where they were", () => {
  const whole = new Fate(3);
  const losses = lossesOf(whole);
  const only = whole.struck.filter((_, index) => index !== 2);
  const rest = new Fate(3, new Set(only));
  assertEquals(lossesOf(rest), losses.filter((_, index) => index !== 2));
  assertEquals([rest.struck, rest.count], [only, only.length]);
});

Deno.test("Fate lets nothing strike once it has ended", () => {
  const fate = new Fate(1);
  fate.end();
  assertEquals(lossesOf(fate), []);
});

Deno.test("Dice draw whole numbers between two others, and waits of a mean", () => {
  const dice = new Fate(5).dice("x");
  const drawn = Array.from({ length: 1000 }, () => dice.between(-2, 2));
  assertEquals([...new Set(drawn)].sort((a, b) => a - b), [-2, -1, 0, 1, 2]);
  const waits = Array.from({ length: 5000 }, () => dice.wait(100));
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  assert(mean > 90 && mean < 110, `${mean}`);
  assertEquals(dice.wait(Infinity), Infinity);
});
