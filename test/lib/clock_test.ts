/** Waits that are bounded. */
import { assertEquals, assertRejects } from "@std/assert";
import { inTime, within } from "../../lib/clock.ts";
import { VirtualClock } from "../../sim/world/virtual_clock.ts";

const never = () => new Promise<never>(() => {});

/** What an action does that ends by its signal. */
function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

Deno.test("within() waits for an action, but not for long", async () => {
  const clock = new VirtualClock(0);
  await within(clock, 1000, Promise.resolve());
  await assertRejects(
    () => within(clock, 1000, Promise.reject(new Error("Broken"))),
    Error,
    "Broken",
  );
  const waited = within(clock, 1000, never());
  await clock.advance(1000);
  await waited;
});

Deno.test("inTime() ends an action whose time is over, or whose caller has ended", async () => {
  const clock = new VirtualClock(0);
  assertEquals(await inTime(clock, 1000, () => Promise.resolve("done")), "done");
  const late = assertRejects(() => inTime(clock, 1000, untilAborted), Error, "no answer in 1 s");
  await clock.advance(1000);
  await late;
  const caller = new AbortController();
  const ended = inTime(clock, 1000, untilAborted, caller.signal);
  caller.abort(new Error("Stopped"));
  await assertRejects(() => ended, Error, "Stopped");
});
