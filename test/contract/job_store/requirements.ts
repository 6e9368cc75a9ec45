/**
 * Contract: jobs that not every machine may run.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { machineOf } from "../../../lib/jobs/requirements.ts";
import {
  agentJid,
  type ContractTest,
  leaseRequest,
  mustLease,
  type Rig,
  sampleJob,
  success,
} from "./fixture.ts";

const SMALL = machineOf("[\nMemory=2048;\n]\n");
const LARGE = machineOf('[\nMemory=16384;\nPlatform="Linux-x86_64";\n]\n');
const NEEDS_MEMORY = { requirements: "other.Memory > 8192" };

/** Leases a job for a machine; gives its id. */
async function lent(
  store: Rig["store"],
  agent: number,
  machine: typeof SMALL | undefined,
): Promise<string | undefined> {
  return (await store.lease(leaseRequest(agent, { machine }))).lease?.job.id;
}

/** Registers the tests. */
export function requirementsContract(test: ContractTest): void {
  test("lease() lends a job to none but machines that meet its requirements", async ({ store }) => {
    await store.submit(sampleJob("big"), NEEDS_MEMORY);
    assertEquals((await store.get("big"))?.requirements, "other.Memory > 8192");
    assertEquals(await lent(store, 1, SMALL), undefined);
    assertEquals(await lent(store, 2, undefined), undefined);
    assertEquals(await store.hasJobFor(agentJid(1), SMALL), false);
    assertEquals(await store.hasJobFor(agentJid(3), LARGE), true);
    assertEquals(await lent(store, 3, LARGE), "big");
    assertEquals(await store.hasJobFor(agentJid(4), LARGE), false);
  });

  test("lease() lends other jobs to a machine that does not meet them", async ({ store }) => {
    await store.submit(sampleJob("big"), NEEDS_MEMORY);
    await store.submit(sampleJob("any"));
    assertEquals(await store.hasJobFor(agentJid(1), SMALL), true);
    assertEquals(await lent(store, 1, SMALL), "any");
    assertEquals(await lent(store, 2, SMALL), undefined);
    assertEquals(await store.waiting(), 1);
  });

  test("lease() lends jobs with requirements first, by priority and age", async ({ store }) => {
    await store.submit(sampleJob("any"), { priority: 9 });
    await store.submit(sampleJob("old"), NEEDS_MEMORY);
    await store.submit(sampleJob("new"), NEEDS_MEMORY);
    await store.submit(sampleJob("urgent"), { ...NEEDS_MEMORY, priority: 5 });
    const order = [];
    for (let agent = 1; agent <= 5; agent++) order.push(await lent(store, agent, LARGE));
    assertEquals(order, ["urgent", "old", "new", "any", undefined]);
  });

  test("a lease of a job with requirements is repeated, taken back and ended as any", async ({ store }) => {
    await store.submit(sampleJob("big"), NEEDS_MEMORY);
    const first = await mustLease(store, 1, { machine: LARGE });
    const again = await store.lease(leaseRequest(1, { machine: LARGE }));
    assertEquals([again.lease?.repeated, again.lease?.token], [true, first.token]);
    assertEquals(await store.requeue({ id: "big", token: first.token }, "Lost"), "requeued");
    assertEquals(await lent(store, 2, SMALL), undefined);
    const second = await mustLease(store, 3, { machine: LARGE });
    assertEquals(second.attempt, 2);
    assertEquals(await store.complete(success("big", second.token, 3)), "done");
    await store.rerun("big");
    assertEquals(await lent(store, 4, SMALL), undefined);
    assertEquals(await lent(store, 5, LARGE), "big");
  });

  test("a waiting job with requirements is held, released, cancelled and counted as any", async ({ store }) => {
    await store.submit(sampleJob("big"), NEEDS_MEMORY);
    assertEquals([await store.waiting(), (await store.counts()).waiting], [1, 1]);
    await store.hold("big", "Later");
    assertEquals([await store.waiting(), await lent(store, 1, LARGE)], [0, undefined]);
    await store.release("big");
    assertEquals(await store.reconcile(10), []);
    await store.cancel("big", "No more");
    assertEquals([await store.waiting(), await lent(store, 1, LARGE)], [0, undefined]);
    assertEquals((await store.get("big"))?.state, "cancelled");
  });

  test("managers of the original never see a job with requirements", async ({ store, calls }) => {
    await store.submit(sampleJob("big"), NEEDS_MEMORY);
    assertEquals(await calls.call(["RPOP", "waiting_jobs"]), null);
    assertEquals(await lent(store, 1, LARGE), "big");
  });

  test("each job with requirements goes to one of many that ask at once", async ({ store, open }) => {
    const names = Array.from({ length: 20 }, (_, index) => `big${index}`);
    for (const name of names) await store.submit(sampleJob(name), NEEDS_MEMORY);
    const stores = [store, open()];
    const got = await Promise.all(
      Array.from({ length: 30 }, (_, agent) => lent(stores[agent % 2] ?? store, agent, LARGE)),
    );
    assertEquals(got.filter((id) => id !== undefined).toSorted(), names.toSorted());
  });

  test("submit() refuses requirements that are no expression", async ({ store }) => {
    for (const requirements of ["other.Memory >", "a = b;", "x".repeat(20_000)]) {
      await assertRejects(
        async () => await store.submit(sampleJob("j1"), { requirements }),
        RangeError,
      );
    }
    assert(await store.get("j1") === undefined);
  });
}
