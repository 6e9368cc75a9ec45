/**
 * Contract: submitting, order and priorities.
 *
 * @module
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { TransitionError } from "../../../lib/jobs/job_store.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import {
  type ContractTest,
  ids,
  leaseRequest,
  mustLease,
  mustStart,
  type Rig,
  sampleJob,
} from "./fixture.ts";
import { checkInvariants } from "./invariants.ts";

/** Leases all that there is, each job to another agent. */
async function drain(store: Rig["store"], firstAgent = 1): Promise<string[]> {
  const order: string[] = [];
  for (let agent = firstAgent;; agent++) {
    const { lease } = await store.lease(leaseRequest(agent));
    if (lease === undefined) return order;
    order.push(lease.job.id);
  }
}

/** Registers the tests. */
export function queueContract(test: ContractTest): void {
  test("submit() keeps what the submitter asks for", async ({ store }) => {
    const options = {
      priority: 7,
      held: true,
      maxAttempts: 2,
      validationScript: "check.sh",
      wallTimeSeconds: 3600,
      outputBytes: 1e9,
    };
    assertEquals(await store.submit(sampleJob("j1"), options), { id: "j1", created: true });
    const { submittedMs, changedMs, ...job } = await store.get("j1") ?? {};
    const { id, ...description } = sampleJob("j1");
    assertEquals(submittedMs, changedMs);
    assertEquals<unknown>(job, {
      id,
      description,
      state: "held",
      priority: 7,
      attempts: 0,
      maxAttempts: 2,
      token: 0,
      validationScript: "check.sh",
      wallTimeSeconds: 3600,
      outputBytes: 1e9,
    });
  });

  test("submit() hands limits and validation script on to the agent", async ({ store }) => {
    const job = { ...sampleJob("j1"), validationScript: "check.sh", wallTimeSeconds: 60 };
    await store.submit(job, { outputBytes: 5000 });
    assertEquals((await mustLease(store, 1)).job, { ...job, outputBytes: 5000 });
  });

  test("submit() changes nothing when repeated", async ({ store, calls }) => {
    await store.submit(sampleJob("j1"), { key: "k" });
    assertEquals(await store.submit(sampleJob("j1")), { id: "j1", created: false });
    const other = sampleJob("j2", { command: "other.sh" });
    assertEquals(await store.submit(other, { key: "k" }), { id: "j1", created: false });
    assertEquals(await store.get("j2"), undefined);
    assertEquals(await calls.call(["LRANGE", "waiting_jobs", 0, -1]), ["j1"]);
    assertEquals((await store.history("j1")).length, 1);
  });

  test("submit() refuses another job under a known id", async ({ store }) => {
    await store.submit(sampleJob("j1"));
    const other = sampleJob("j1", { command: "other.sh" });
    await assertRejects(() => store.submit(other), TransitionError, "another job bears that id");
  });

  test("submit() refuses what cannot be stored", async ({ store, calls }) => {
    const bad = [
      () => store.submit(sampleJob("../etc")),
      () => store.submit(sampleJob("")),
      () => store.submit(sampleJob("j1", { command: "" })),
      () => store.submit(sampleJob("j1", { arguments: "a::::b" })),
      () => store.submit(sampleJob("j1"), { priority: 0.5 }),
      () => store.submit(sampleJob("j1"), { maxAttempts: 0 }),
      () => store.submit(sampleJob("j1"), { wallTimeSeconds: -1 }),
      () => store.submit(sampleJob("j1"), { key: "k".repeat(2000) }),
    ];
    for (const submit of bad) await assertRejects(submit, RangeError, "Cannot ");
    assertEquals(await calls.call(["DBSIZE"]), 0);
  });

  test("the oldest job goes first, a requeued one before all", async ({ store }) => {
    for (const id of ["a", "b", "c"]) await store.submit(sampleJob(id));
    const { token } = await mustStart(store, 9);
    assertEquals(await store.requeue({ id: "a", token }, "Silent"), "requeued");
    assertEquals(await drain(store), ["a", "b", "c"]);
  });

  test("the newest job goes first in the original's order", async ({ open, calls }) => {
    const store = open({ order: "lifo" });
    for (const id of ["a", "b", "c"]) await store.submit(sampleJob(id));
    const { token } = await mustStart(store, 9);
    assertEquals(await store.requeue({ id: "c", token }, "Silent"), "requeued");
    assertEquals(await calls.call(["LRANGE", "waiting_jobs", 0, -1]), ["c", "b", "a"]);
    assertEquals(await drain(store), ["c", "b", "a"]);
  });

  test("higher priorities go first, 0 is the list of the original", async ({ store, calls }) => {
    const priorities = { low: -2, plain: 0, high: 3, highest: 20, lowest: -10, high2: 3 };
    for (const [id, priority] of Object.entries(priorities)) {
      await store.submit(sampleJob(id), { priority });
    }
    assertEquals(await calls.call(["LRANGE", "waiting_jobs", 0, -1]), ["plain"]);
    assertEquals(await calls.call(["LRANGE", "waiting_jobs:p3", 0, -1]), ["high2", "high"]);
    assertEquals(await store.waiting(), 6);
    assertEquals(await drain(store), ["highest", "high", "high2", "plain", "low", "lowest"]);
    const set = "copilot:queue:waiting_jobs:priorities";
    assertEquals(await calls.call(["ZCARD", set]), 0);
    await checkInvariants(calls);
  });

  test("jobs keep their priority when requeued, released and rerun", async ({ store, calls }) => {
    await store.submit(sampleJob("a"), { priority: 3 });
    const first = await mustStart(store, 1);
    await store.requeue({ id: "a", token: first.token }, "Silent");
    await store.hold("a", "Not yet");
    await store.release("a");
    await store.cancel("a", "Not wanted");
    await store.rerun("a");
    assertEquals(await calls.call(["LRANGE", "waiting_jobs:p3", 0, -1]), ["a"]);
    assertEquals((await mustLease(store, 2)).token, 2);
    await checkInvariants(calls);
  });

  test("rerun() counts attempts anew and forgets the result", async ({ store }) => {
    await store.submit(sampleJob("a"), { maxAttempts: 1 });
    const { token } = await mustStart(store, 1);
    assertEquals(await store.requeue({ id: "a", token }, "Silent"), "failed");
    await store.rerun("a");
    const job = await store.get("a");
    assertEquals([job?.attempts, job?.token, job?.reason], [0, 1, undefined]);
    assertEquals(job?.finishedMs, undefined);
    assertEquals((await mustLease(store, 2)).attempt, 1);
  });

  test("two queues on one Redis don't mix", async ({ open, calls }) => {
    const [one, two] = [open({ waitingList: "one" }), open({ waitingList: "two" })];
    await one.submit(sampleJob("a"), { key: "k" });
    await two.submit(sampleJob("b"), { key: "k", priority: 4 });
    assertEquals([await one.waiting(), await two.waiting()], [1, 1]);
    assertEquals(ids(await one.list()), ["a"]);
    assertEquals((await mustLease(two, 1)).job.id, "b");
    assertEquals((await mustLease(one, 1)).job.id, "a");
    assertEquals(await two.touch("agent1@example.org/r1", 1000), 1);
    assertEquals(ids(await two.silentLeases(0, 10)), ["b"]);
    // A tool may be opened on another queue than the job's.
    await two.cancel("a", "Not wanted");
    assertEquals((await one.counts()).cancelled, 1);
    assertEquals((await two.counts()).cancelled, 0);
    assertEquals(await calls.call(["EXISTS", "waiting_jobs"]), 0);
  });

  test("a job moved by hand to another queue's list belongs to that queue", async (rig) => {
    const { open, calls } = rig;
    const [one, two] = [open({ waitingList: "one" }), open({ waitingList: "two" })];
    await one.submit(sampleJob("a"));
    await calls.call(["RPOPLPUSH", "one", "two"]);
    await mustStart(two, 1);
    assertEquals([await one.list(), ids(await two.list())], [[], ["a"]]);
    await checkInvariants(calls, "two");
  });

  test("the store refuses unusable options", ({ calls }) => {
    for (
      const options of [
        { waitingList: "" },
        { waitingList: "jobs:p5" },
        { historyLimit: 0 },
        { maxAttempts: 1.5 },
      ]
    ) assertThrows(() => new RedisJobStore(calls, options), RangeError);
    return Promise.resolve();
  });
}
