import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionFailure } from "../../../lib/chirp/failure.ts";
import { Turns } from "../../../lib/chirp/turns.ts";

Deno.test("take() hands the turn on in order of asking", async () => {
  const turns = new Turns(10);
  const order: number[] = [];
  await Promise.all([0, 1, 2, 3].map(async (index) => {
    using _turn = await turns.take();
    order.push(index);
    await Promise.resolve();
    order.push(index);
  }));
  assertEquals(order, [0, 0, 1, 1, 2, 2, 3, 3]);
});

Deno.test("take() lets nobody step between the end of a turn and the next in the queue", async () => {
  const turns = new Turns(10);
  const first = await turns.take();
  const order: string[] = [];
  const queued = turns.take().then((turn) => {
    order.push("queued");
    turn[Symbol.dispose]();
  });
  first[Symbol.dispose]();
  const late = turns.take().then((turn) => {
    order.push("late");
    turn[Symbol.dispose]();
  });
  await Promise.all([queued, late]);
  assertEquals(order, ["queued", "late"]);
});

Deno.test("take() bounds the queue, and an aborted wait leaves it", async () => {
  const turns = new Turns(1);
  const first = await turns.take();
  const control = new AbortController();
  const waiting = assertRejects(() => turns.take(control.signal), Error, "Left");
  await assertRejects(() => turns.take(), ConnectionFailure, "1 requests wait already");
  control.abort(new Error("Left"));
  await waiting;
  const next = turns.take();
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  using _turn = await next;
});

Deno.test("take() begins no turn for a signal that is aborted", async () => {
  const turns = new Turns(1);
  await assertRejects(() => turns.take(AbortSignal.abort(new Error("Early"))), Error, "Early");
  using _turn = await turns.take();
});
