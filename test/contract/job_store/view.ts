/**
 * Contract: looking at the queue as people do who watch it.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { QueueView } from "../../../lib/jobs/queue_view.ts";
import {
  type ContractTest,
  ids,
  mustLease,
  mustStart,
  sampleJob,
  submitAsOriginal,
  success,
} from "./fixture.ts";

/** Registers the tests. */
export function viewContract(test: ContractTest): void {
  test("place() tells how many jobs are handed out before one", async ({ store, calls }) => {
    const view = new QueueView(calls);
    for (const id of ["a", "b"]) await store.submit(sampleJob(id));
    await submitAsOriginal(calls, "old");
    await store.submit(sampleJob("high"), { priority: 7 });
    await store.submit(sampleJob("low"), { priority: -3 });
    await store.submit(sampleJob("held"), { held: true });
    const order = ["high", "a", "b", "old", "low"];
    for (const [ahead, id] of order.entries()) {
      assertEquals(await view.place(id), { ahead, waiting: 5 }, id);
    }
    assertEquals(await view.place("held"), undefined);
    assertEquals(await view.place("nobody"), undefined);
    for (const [agent, id] of order.entries()) {
      assertEquals((await mustLease(store, agent)).job.id, id);
      assertEquals(await view.place(id), undefined);
    }
  });

  test("place() counts from the other end where the last comes first", async (rig) => {
    const store = rig.open({ order: "lifo" });
    const view = new QueueView(rig.calls, { order: "lifo" });
    for (const id of ["a", "b", "c"]) await store.submit(sampleJob(id));
    assertEquals(await view.place("a"), { ahead: 2, waiting: 3 });
    assertEquals((await mustLease(store, 1)).job.id, "c");
    assertEquals(await view.place("a"), { ahead: 1, waiting: 2 });
  });

  test("ended() counts jobs by when and how they ended", async ({ store, calls }) => {
    const view = new QueueView(calls);
    for (const id of ["a", "b", "c", "d"]) await store.submit(sampleJob(id));
    for (const agent of [1, 2]) {
      const { job, token } = await mustStart(store, agent);
      await store.complete(success(job.id, token, agent));
    }
    await store.cancel("c", "Not wanted");
    // One of them ended three minutes before the present minute began.
    const minuteMs = Math.floor(await view.now() / 60_000) * 60_000;
    await calls.call(["ZADD", "copilot:queue:waiting_jobs:jobs", `5${minuteMs - 180_000}`, "a"]);
    const { fromMs, stepMs, counts } = await view.ended({ stepMs: 60_000, steps: 60 });
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    assertEquals([fromMs % 60_000, stepMs, counts.succeeded.length], [0, 60_000, 60]);
    assertEquals(counts.succeeded[(minuteMs - 180_000 - fromMs) / 60_000], 1);
    assertEquals(
      [sum(counts.succeeded), sum(counts.failed), sum(counts.cancelled)],
      [2, 0, 1],
    );
    await assertRejects(() => view.ended({ stepMs: 60_000, steps: 501 }), RangeError);
    await assertRejects(() => view.ended({ stepMs: 10, steps: 5 }), RangeError);
  });

  test("find() searches ids, agents, reasons and descriptions literally", async (rig) => {
    const { store } = rig;
    const view = new QueueView(rig.calls);
    await store.submit(sampleJob("aa-1", { command: "Simulate.sh" }));
    await store.submit(sampleJob("aa-2", { arguments: "100% [x]*" }));
    await store.submit(sampleJob("bb-3"));
    const { job, token } = await mustStart(store, 4);
    await store.complete(success(job.id, token, 4));
    await store.cancel("bb-3", "Nobody wants it");
    const found = async (text: string) => ids((await view.find(text)).jobs).toSorted();
    assertEquals(await found("aa-"), ["aa-1", "aa-2"]);
    assertEquals(await found("SIMULATE"), ["aa-1"]);
    assertEquals(await found("% [x]*"), ["aa-2"]);
    assertEquals(await found("agent4@example"), ["aa-1"]);
    assertEquals(await found("nobody wants"), ["bb-3"]);
    assertEquals(await found("."), ["aa-1", "aa-2", "bb-3"]);
    assertEquals(await found(".*"), []);
    assertEquals(ids((await view.find("aa-", { state: "waiting" })).jobs), ["aa-2"]);
    await assertRejects(() => view.find(""), RangeError);
  });

  test("find() gives the last changed first, and says when there are more", async (rig) => {
    const view = new QueueView(rig.calls);
    for (let number = 0; number < 1100; number++) {
      await rig.store.submit(sampleJob(`j${number}`), { held: number % 2 === 0 });
    }
    await rig.store.cancel("j7", "Not wanted");
    // In a millisecond of its own.
    await rig.calls.call(["HSET", "copilot:job:j7", "changedMs", "9999999999999"]);
    const some = await view.find("j", { limit: 10 });
    assertEquals([some.jobs.length, some.jobs[0]?.id, some.isComplete], [10, "j7", false]);
    const one = await view.find("j1099", { limit: 1 });
    assertEquals([ids(one.jobs), one.isComplete], [["j1099"], true]);
    const all = await view.find("j10", { limit: 1000 });
    assertEquals([all.jobs.length, all.isComplete], [111, true]);
  });
}
