import { assertEquals, assertRejects } from "@std/assert";
import { LastCall, unlessAborted } from "../../../roles/agent/last_call.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

Deno.test("LastCall follows the stop after its grace", async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  using call = new LastCall(clock, stop.signal, 1000);
  await clock.advance(5000);
  stop.abort(new Error("Stopped"));
  await clock.advance(999);
  assertEquals(call.signal.aborted, false);
  await clock.advance(1);
  assertEquals(call.signal.reason.message, "Stopped");
});

Deno.test("LastCall gives its grace after a stop that came before", async () => {
  const clock = new VirtualClock();
  using call = new LastCall(clock, AbortSignal.abort(new Error("Stopped")), 1000);
  await clock.advance(999);
  assertEquals(call.signal.aborted, false);
  await clock.advance(1);
  assertEquals(call.signal.aborted, true);
});

Deno.test("LastCall is taken back when it is disposed of", async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const call = new LastCall(clock, stop.signal, 1000);
  stop.abort();
  call[Symbol.dispose]();
  await clock.advance(2000);
  assertEquals(call.signal.aborted, false);
});

Deno.test("unlessAborted() passes a promise on, unless its signal is aborted first", async () => {
  const controller = new AbortController();
  assertEquals(await unlessAborted(Promise.resolve(7), controller.signal), 7);
  const failing = Promise.reject(new Error("No"));
  await assertRejects(() => unlessAborted(failing, controller.signal), Error, "No");
  const waiting = unlessAborted(new Promise(() => {}), controller.signal);
  controller.abort(new Error("Enough"));
  await assertRejects(() => waiting, Error, "Enough");
  await assertRejects(() => unlessAborted(Promise.resolve(), controller.signal), Error, "Enough");
});
