/**
 * Contract: sharing a queue with the original's tools and managers.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { TransitionError } from "../../../lib/jobs/job_store.ts";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import {
  agentJid,
  type ContractTest,
  ids,
  leaseRequest,
  mustLease,
  mustStart,
  sampleJob,
  submitAsOriginal,
  success,
} from "./fixture.ts";
import { checkInvariants } from "./invariants.ts";

const TAKEN = "Taken by a manager of the original";

/** Registers the tests. */
export function originalContract(test: ContractTest): void {
  test("the original's jobs are leased like our own", async ({ store, calls }) => {
    await submitAsOriginal(calls, "a");
    await submitAsOriginal(calls, "b", "a");
    assertEquals(await store.waiting(), 2);
    const { leasedMs, ...lease } = await mustLease(store, 1);
    assertEquals(lease, { job: sampleJob("a"), token: 1, attempt: 1, repeated: false });
    await store.confirm("a", 1, 1000);
    assertEquals(await store.complete(success("a", 1, 1)), "done");
    const job = await store.get("a");
    assertEquals([job?.state, job?.maxAttempts, job?.priority], ["succeeded", 5, 0]);
    assertEquals([job?.submittedMs, job?.leasedMs], [leasedMs, leasedMs]);
    assertEquals((await mustLease(store, 2)).job, sampleJob("b", { inputDir: "a" }));
    await checkInvariants(calls);
  });

  test("our jobs are the original's, byte for byte", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    assertEquals(
      await calls.call(["GET", "job:a:description"]),
      "chirp.example.org:9094::::a::::data.txt###run.sh::::run.sh::::1 2::::A=b::::VO_ALICE@AliRoot::v5::::",
    );
    await store.submit(sampleJob("b", { inputFiles: ["run.sh"], arguments: "", packages: "" }));
    assertEquals(
      await calls.call(["GET", "job:b:description"]),
      "chirp.example.org:9094::::b::::###run.sh::::run.sh::::::::A=b::::::::",
    );
    assertEquals(await calls.call(["LPOP", "waiting_jobs"]), "b");
    assertEquals(await calls.call(["LPOP", "waiting_jobs"]), "a");
  });

  test("get() and list() show the original's waiting jobs", async ({ store, calls }) => {
    await submitAsOriginal(calls, "a");
    const { id, ...description } = sampleJob("a");
    const job = {
      id,
      description,
      state: "waiting",
      priority: 0,
      attempts: 0,
      maxAttempts: 5,
      submittedMs: 0,
      changedMs: 0,
      token: 0,
    } as const;
    assertEquals(await store.get("a"), job);
    assertEquals(await store.list(), [job]);
    await calls.call(["LPOP", "waiting_jobs"]);
    assertEquals(await store.get("a"), undefined);
    await calls.call(["SET", "job:b:description", "unreadable"]);
    await calls.call(["LPUSH", "waiting_jobs", "b"]);
    assertEquals([await store.get("b"), await store.list()], [undefined, []]);
  });

  test("hold() and cancel() take over the original's waiting jobs", async ({ store, calls }) => {
    await submitAsOriginal(calls, "a");
    await submitAsOriginal(calls, "b");
    await store.hold("a", "Not yet");
    await store.cancel("b", "Not wanted");
    assertEquals(await store.waiting(), 0);
    assertEquals((await store.get("a"))?.state, "held");
    await store.release("a");
    assertEquals((await mustLease(store, 1)).job.id, "a");
    await checkInvariants(calls);
    await submitAsOriginal(calls, "c");
    await assertRejects(() => store.release("c"), TransitionError, "job c: it is waiting");
    await assertRejects(() => store.rerun("c"), TransitionError, "job c: it is waiting");
  });

  test("reconcile() finds the jobs that the original took", async ({ store, calls }) => {
    for (const id of ["a", "b", "c"]) await store.submit(sampleJob(id));
    await store.submit(sampleJob("d"), { priority: 2 });
    await store.submit(sampleJob("e"), { held: true });
    assertEquals(await store.reconcile(10), []);
    assertEquals(await calls.call(["LPOP", "waiting_jobs"]), "c");
    assertEquals(await calls.call(["LPOP", "waiting_jobs"]), "b");
    assertEquals((await store.reconcile(1)).length, 1);
    assertEquals((await store.reconcile(10)).length, 1);
    assertEquals(await store.reconcile(10), []);
    const job = await store.get("c");
    assertEquals([job?.state, job?.agent, job?.reason], ["running", undefined, TAKEN]);
    await checkInvariants(calls);
    // Nobody can tell who runs it: its result is believed, whoever brings it.
    assertEquals(await store.holds("c", undefined, agentJid(3)), true);
    assertEquals(await store.complete(success("c", undefined, 3)), "done");
    assertEquals(await store.complete(success("c", undefined, 3)), "repeated");
    await checkInvariants(calls);
  });

  test("reconcile() looks twice before it believes that a job is gone", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    // The list moves while it is read: the id is passed over.
    const moving: RedisCalls = {
      connected: true,
      call: (command) => command[0] === "LRANGE" ? Promise.resolve([]) : calls.call(command),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    assertEquals(await new RedisJobStore(moving).reconcile(10), []);
    assertEquals((await store.get("a"))?.state, "waiting");
  });

  test("a lease that ended gains nothing when the original takes the job", async (rig) => {
    const { store, calls } = rig;
    await store.submit(sampleJob("a"));
    await mustStart(store, 1);
    await store.requeue({ id: "a", token: 1 }, "Silent");
    await calls.call(["LPOP", "waiting_jobs"]);
    assertEquals(await store.complete(success("a", 1, 1)), "stale");
  });

  test("a job just taken by the original is known to run", async ({ store, calls }) => {
    for (const id of ["a", "b", "c"]) {
      await store.submit(sampleJob(id));
      await calls.call(["LPOP", "waiting_jobs"]);
    }
    assertEquals(await store.holds("a", undefined, agentJid(1)), true);
    assertEquals(await store.complete(success("a", undefined, 1)), "done");
    await store.cancel("b", "Not wanted");
    assertEquals((await store.history("b")).map((line) => line.event), [
      "submitted",
      "taken",
      "cancelled",
    ]);
    assertEquals(await store.reconcile(10), ["c"]);
    await checkInvariants(calls);
  });

  test("complete() records the end of a job that the original handed out", async (rig) => {
    const { store, calls } = rig;
    await submitAsOriginal(calls, "a");
    assertEquals(await store.holds("a", undefined, agentJid(1)), false);
    assertEquals(await store.complete(success("a", undefined, 1)), "stale");
    await calls.call(["LPOP", "waiting_jobs"]);
    await submitAsOriginal(calls, "b");
    await calls.call(["LPOP", "waiting_jobs"]);
    assertEquals(await store.holds("b", undefined, agentJid(1)), true);
    assertEquals(await store.complete({ ...success("b", undefined, 1), archive: "x" }), "foreign");
    const job = await store.get("b");
    assertEquals([job?.state, job?.agent, job?.archive], [
      "succeeded",
      "agent1@example.org",
      "x",
    ]);
    assertEquals(await store.complete(success("b", undefined, 1)), "repeated");
    assertEquals(await store.reconcile(10), ["a"]);
    await checkInvariants(calls);
  });

  test("with leases off a hand-out is final", async ({ open, calls }) => {
    const store = open({ leases: false });
    await store.submit(sampleJob("a"));
    await submitAsOriginal(calls, "b");
    const { lease } = await store.lease(leaseRequest(1));
    assertEquals([lease?.job.id, lease?.token, lease?.repeated], ["a", 1, false]);
    assertEquals((await mustLease(store, 1)).job.id, "b");
    for (const id of ["a", "b"]) {
      const job = await store.get(id);
      assertEquals([job?.state, job?.deadlineMs, job?.agent], ["running", undefined, agentJid(1)]);
    }
    assertEquals(await store.confirm("a", 1, 1000), true);
    assertEquals(await store.touch(agentJid(1), 1000), 0);
    assertEquals([...await store.silentLeases(0, 9), ...await store.expiredLeases(9)], []);
    assertEquals(await store.holds("a", undefined, agentJid(2)), true);
    assertEquals(await store.complete(success("a", undefined, 2)), "done");
    assertEquals(await store.complete(success("a", undefined, 2)), "repeated");
    assertEquals((await store.get("a"))?.agent, "agent2@example.org");
    // A job handed out for good stays so when leases are switched on.
    assertEquals(await open().complete(success("b", undefined, 2)), "done");
    await checkInvariants(calls);
  });

  test("a lease made before leases were switched off ends like one", async ({ store, open, calls }) => {
    for (const id of ["a", "b"]) await store.submit(sampleJob(id));
    await mustStart(store, 1);
    await mustLease(store, 2, { unacknowledgedSeconds: 0 });
    const off = open({ leases: false });
    assertEquals(await off.complete(success("a", undefined, 3)), "done");
    const [expired] = await off.expiredLeases(10);
    assert(expired !== undefined);
    assertEquals(await off.requeue(expired, "Never started"), "requeued");
    assertEquals(ids(await off.silentLeases(0, 10)), []);
    await checkInvariants(calls);
  });
}
