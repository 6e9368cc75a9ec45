import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Clock, Timer } from "../../../lib/clock.ts";
import { SharedTimers } from "../../../lib/messaging/shared_timers.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

function setup() {
  const clock = new VirtualClock(0);
  const running = new Set<Timer>();
  const counted: Clock = {
    now: () => clock.now(),
    after(delayMs, callback) {
      const timer = clock.after(delayMs, () => {
        running.delete(handle);
        callback();
      });
      const handle = {
        cancel() {
          running.delete(handle);
          timer.cancel();
        },
      };
      running.add(handle);
      return handle;
    },
  };
  return { clock, running, timers: new SharedTimers(counted) };
}

Deno.test("SharedTimers runs one timer for all waits of a length, and none when nobody waits", async () => {
  const { clock, running, timers } = setup();
  const rung: string[] = [];
  const first = timers.after(1000, () => rung.push("first"));
  await clock.advance(10);
  const second = timers.after(1000, () => rung.push("second"));
  timers.after(1000, () => rung.push("third"));
  assertEquals(running.size, 1);
  first.cancel();
  second.cancel();
  assertEquals(running.size, 1);
  await clock.advance(999);
  assertEquals(rung, []);
  await clock.advance(1);
  assertEquals(rung, ["third"]);
  assertEquals(running.size, 0);
  const last = timers.after(1000, () => rung.push("last"));
  last.cancel();
  last.cancel();
  assertEquals(running.size, 0);
});

Deno.test("SharedTimers bears callbacks that cancel others and wait anew", async () => {
  const { clock, running, timers } = setup();
  const rung: string[] = [];
  timers.after(100, () => {
    rung.push(`a ${clock.now()}`);
    sibling.cancel();
    timers.after(100, () => rung.push(`again ${clock.now()}`));
  });
  const sibling = timers.after(100, () => rung.push("sibling"));
  await clock.advance(50);
  timers.after(100, () => rung.push(`b ${clock.now()}`));
  await clock.advance(1000);
  assertEquals(rung, ["a 100", "b 150", "again 200"]);
  assertEquals(running.size, 0);
});

Deno.test("SharedTimers lets nobody wait for hours because the clock was set back", () => {
  let nowMs = 3_600_000;
  const started: (() => void)[] = [];
  const timers = new SharedTimers({
    now: () => nowMs,
    after(_delayMs, callback) {
      started.push(callback);
      return { cancel: () => {} };
    },
  });
  const rung: string[] = [];
  timers.after(1000, () => rung.push("one"));
  nowMs = 0;
  started[0]?.();
  assertEquals(rung, ["one"]);
});

Deno.test("SharedTimers calls as its clock would, whatever is asked for and cancelled", async () => {
  const asks = fc.array(
    fc.record({
      delayMs: fc.constantFrom(0, 10, 20, 35),
      cancelAfterMs: fc.option(fc.nat(40), { nil: undefined }),
      pauseMs: fc.nat(15),
    }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(asks, async (all) => {
      const rung: [string[], string[]] = [[], []];
      const { clock, running, timers } = setup();
      for (const [number, { delayMs, cancelAfterMs, pauseMs }] of all.entries()) {
        for (const [kind, used] of [clock, timers].entries()) {
          const timer = used.after(delayMs, () => rung[kind]?.push(`${number} at ${clock.now()}`));
          if (cancelAfterMs !== undefined) clock.after(cancelAfterMs + 0.5, () => timer.cancel());
        }
        await clock.advance(pauseMs);
      }
      await clock.advance(100);
      // Those that are due in the same moment may be called in another order.
      assertEquals(rung[1].sort(), rung[0].sort());
      assertEquals(running.size, 0);
    }),
    { numRuns: 50 },
  );
});
