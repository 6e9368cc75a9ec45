/**
 * Contract: looking at jobs.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import {
  type ContractTest,
  ids,
  mustStart,
  sampleJob,
  submitAsOriginal,
  success,
} from "./fixture.ts";

/** Registers the tests. */
export function readingContract(test: ContractTest): void {
  test("get() knows no other jobs", async ({ store }) => {
    assertEquals(await store.get("a"), undefined);
    assertEquals(await store.history("a"), []);
  });

  test("inputDir() names the directory of any job that has a record and one", async ({ store, calls }) => {
    await submitAsOriginal(calls, "c", "input-c");
    assertEquals((await mustStart(store, 1)).job.id, "c");
    await store.submit({ ...sampleJob("a"), inputDir: "input-a" });
    await store.submit({ ...sampleJob("b"), inputDir: "" });
    assertEquals(await store.inputDir("a"), "input-a");
    assertEquals(await store.inputDir("b"), undefined);
    assertEquals(await store.inputDir("c"), "input-c");
    assertEquals(await store.inputDir("d"), undefined);
  });

  test("list() pages through the jobs, last changed first", async ({ store, calls }) => {
    const names = Array.from({ length: 7 }, (_, index) => `j${index}`);
    for (const [at, id] of names.entries()) {
      await store.submit(sampleJob(id));
      // Spread over milliseconds of their own.
      await calls.call(["ZADD", "copilot:queue:waiting_jobs:jobs", `1000000000000${at}`, id]);
    }
    await store.cancel("j2", "Not wanted");
    await submitAsOriginal(calls, "old");
    // One waits since after the other's end.
    await calls.call(["ZADD", "copilot:queue:waiting_jobs:jobs", "19999999999999", "j6"]);
    const order = ["j6", "j2", "j5", "j4", "j3", "j1", "j0", "old"];
    assertEquals(ids(await store.list()), order);
    for (let offset = 0; offset < 10; offset++) {
      const page = await store.list({ offset, limit: 3 });
      assertEquals(ids(page), order.slice(offset, offset + 3));
    }
    assertEquals(ids(await store.list({ state: "cancelled" })), ["j2"]);
    assertEquals(ids(await store.list({ state: "waiting", offset: 5 })), ["j0", "old"]);
    assertEquals(await store.list({ state: "running" }), []);
    await assertRejects(() => store.list({ limit: 0 }), RangeError);
    await assertRejects(() => store.list({ offset: -1 }), RangeError);
  });

  test("counts() and waiting() count the original's jobs as well", async ({ store, calls }) => {
    for (const id of ["a", "b", "c", "d"]) await store.submit(sampleJob(id), { priority: 1 });
    await store.submit(sampleJob("e"), { held: true });
    await submitAsOriginal(calls, "f");
    await mustStart(store, 1);
    await store.complete(success("a", 1, 1));
    await mustStart(store, 2);
    assertEquals(await store.counts(), {
      waiting: 3,
      held: 1,
      leased: 0,
      running: 1,
      succeeded: 1,
      failed: 0,
      cancelled: 0,
    });
    assertEquals(await store.waiting(), 3);
  });

  test("history() tells a job's life in order", async ({ store }) => {
    await store.submit(sampleJob("a"));
    await store.hold("a", "Not yet");
    await store.release("a");
    await mustStart(store, 1);
    await store.requeue({ id: "a", token: 1 }, "Silent for 600 s");
    await mustStart(store, 2);
    await store.complete(success("a", 2, 2));
    await store.note("a", "archived", { agent: "x@example.org", reason: "with\ttab\nand line" });
    const history = await store.history("a");
    assertEquals(history.map(({ event, state, token }) => [event, state, token ?? 0]), [
      ["submitted", "waiting", 0],
      ["held", "held", 0],
      ["released", "waiting", 0],
      ["leased", "leased", 1],
      ["started", "running", 1],
      ["requeued", "waiting", 1],
      ["leased", "leased", 2],
      ["started", "running", 2],
      ["succeeded", "succeeded", 2],
      ["archived", "succeeded", 2],
    ]);
    assertEquals(history[5]?.reason, "Silent for 600 s");
    assertEquals(history.at(-1)?.agent, "x@example.org");
    assertEquals(history.at(-1)?.reason, "with\ttab\nand line");
  });

  test("history() keeps the last lines", async ({ open }) => {
    const store = open({ historyLimit: 3 });
    await store.submit(sampleJob("a"));
    for (let line = 1; line <= 5; line++) await store.note("a", `line ${line}`);
    const events = (await store.history("a")).map((entry) => entry.event);
    assertEquals(events, ["line 3", "line 4", "line 5"]);
  });

  test("note() writes nothing for a job that is not there", async ({ store, calls }) => {
    await store.note("a", "looked at");
    assertEquals(await calls.call(["DBSIZE"]), 0);
  });

  test("askedTooSoon() remembers the first request of a while", async ({ store, calls }) => {
    assertEquals(await store.askedTooSoon("agent", 60), false);
    const noted = await calls.call(["GET", "agentseen::agent"]);
    assertEquals(/^\d{10}$/.test(`${noted}`), true);
    assertEquals(await store.askedTooSoon("agent", 60), true);
    assertEquals(await store.askedTooSoon("other", 60), false);
    await calls.call(["SET", "agentseen::agent", Number(noted) - 61]);
    assertEquals(await store.askedTooSoon("agent", 60), false);
    await calls.call(["SET", "agentseen::agent", "junk"]);
    assertEquals(await store.askedTooSoon("agent", 60), false);
    assertEquals(await store.askedTooSoon("agent", 0), false);
  });
}
