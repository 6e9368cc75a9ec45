import { assertEquals } from "@std/assert";
import { Life, mortal } from "../../../sim/world/life.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

/** A seam that counts its effects. */
class Counter {
  effects = 0;
  add(): Promise<number> {
    return Promise.resolve(++this.effects);
  }
  same(other: unknown): Promise<boolean> {
    return Promise.resolve(other === this);
  }
  get name(): string {
    return "counter";
  }
}

/** What a promise has become after a moment. */
async function stateOf(promise: Promise<unknown>, clock: VirtualClock): Promise<unknown> {
  let state: unknown = "pending";
  promise.then((value) => state = value, (error) => state = `${error}`);
  await clock.advance(0);
  return state;
}

Deno.test("a process dies before an effect, or after it and before the answer", async () => {
  for (const [steps, effects] of [[1, 0], [2, 1]] as const) {
    const clock = new VirtualClock();
    const life = new Life("x", clock);
    const counter = new Counter();
    life.killAfter(steps);
    assertEquals(await stateOf(mortal(counter, life).add(), clock), "pending");
    assertEquals([life.dead, counter.effects], [true, effects]);
  }
});

Deno.test("a process that may not die when its time has come lives on", async () => {
  const clock = new VirtualClock();
  const life = new Life("x", clock);
  const counter = mortal(new Counter(), life);
  life.killAfter(1, () => false);
  assertEquals(await stateOf(counter.add(), clock), 1);
  assertEquals([life.dead, counter.name, await counter.same(counter)], [false, "counter", true]);
});

Deno.test("timers die with their process, and are counted", async () => {
  const clock = new VirtualClock();
  const life = new Life("x", clock);
  const calls: string[] = [];
  life.clock.after(10, () => calls.push("early"));
  life.clock.after(20, () => calls.push("late"));
  life.clock.after(30, () => calls.push("cancelled")).cancel();
  assertEquals(life.timers, 2);
  await clock.advance(15);
  assertEquals(life.timers, 1);
  life.kill();
  await clock.advance(100);
  assertEquals(calls, ["early"]);
});

Deno.test("a process that hangs is reached by everything when it wakes, in order", async () => {
  const clock = new VirtualClock();
  const life = new Life("x", clock);
  const calls: string[] = [];
  const counter = mortal(new Counter(), life);
  life.clock.after(10, () => calls.push("timer"));
  life.hang(1000);
  life.reach(() => calls.push("stanza"));
  counter.add().then(() => calls.push("answer"));
  await clock.advance(999);
  assertEquals(calls, []);
  await clock.advance(1);
  assertEquals(calls.toSorted(), ["answer", "stanza", "timer"]);
  assertEquals(calls.indexOf("stanza") < calls.indexOf("timer"), true);
});

Deno.test("a process's own clock may be ahead and go too fast", async () => {
  const clock = new VirtualClock(0);
  const life = new Life("x", clock, { offsetMs: 5000, rate: 2 });
  let firedMs = -1;
  life.clock.after(100, () => firedMs = clock.now());
  await clock.advance(100);
  assertEquals([life.clock.now(), firedMs], [5200, 50]);
});
