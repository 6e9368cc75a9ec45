/**
 * Contract: forgetting jobs that ended long ago.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type ContractTest,
  ids,
  mustStart,
  type Rig,
  sampleJob,
  submitAsOriginal,
  success,
} from "./fixture.ts";
import { checkInvariants } from "./invariants.ts";

/** Lends the next job and ends it well. */
async function finishNext(store: Rig["store"]): Promise<string> {
  const { job, token } = await mustStart(store, 1);
  await store.complete({ ...success(job.id, token, 1), archive: `20110325/${job.id}.tgz` });
  return job.id;
}

/** Purges, as a caller that is not cut off. */
async function purge(store: Rig["store"], seconds: number, limit: number) {
  const purged = await store.purge(seconds, limit);
  await store.cleared(purged.map(({ id }) => id));
  return purged;
}

/** Registers the tests. */
export function purgeContract(test: ContractTest): void {
  test("purge() forgets ended jobs with all that belongs to them", async ({ store, calls }) => {
    await store.submit(sampleJob("a", { inputDir: "in" }), { key: "k" });
    await finishNext(store);
    assertEquals(await purge(store, 3600, 10), []);
    assertEquals(await purge(store, 0, 10), [
      { id: "a", directories: ["a", "in", "a.1"], archive: "20110325/a.tgz" },
    ]);
    assertEquals(await calls.call(["KEYS", "*"]), []);
    assertEquals(await purge(store, 0, 10), []);
    assertEquals((await store.submit(sampleJob("b"), { key: "k" })).created, true);
  });

  test("purge() names the output directory of every lease", async ({ store }) => {
    await store.submit(sampleJob("a"));
    for (let token = 1; token <= 3; token++) {
      await mustStart(store, token);
      await store.requeue({ id: "a", token }, "Silent");
    }
    await store.cancel("a", "Not wanted");
    const [purged] = await purge(store, 0, 10);
    assertEquals(purged, {
      id: "a",
      directories: ["a", "a.1", "a.2", "a.3"],
      archive: undefined,
    });
  });

  test("purge() names a job again until it is cleared", async ({ store }) => {
    await store.submit(sampleJob("a"));
    await finishNext(store);
    const first = await store.purge(0, 10);
    assertEquals(await store.purge(3600, 10), first);
    await store.cleared(first.map(({ id }) => id));
    assertEquals(await store.purge(0, 10), []);
  });

  test("purge() leaves jobs alone that have not ended", async ({ store, calls }) => {
    for (const id of ["a", "b", "c"]) await store.submit(sampleJob(id));
    await store.hold("c", "Not yet");
    await mustStart(store, 1);
    assertEquals(await purge(store, 0, 10), []);
    assertEquals((await store.list()).length, 3);
    await checkInvariants(calls);
  });

  test("purge() takes no more than it is told to", async ({ store, calls }) => {
    for (const id of ["a", "b", "c"]) await store.submit(sampleJob(id));
    await finishNext(store);
    for (const id of ["b", "c"]) await store.cancel(id, "Not wanted");
    assertEquals((await purge(store, 0, 2)).length, 2);
    await checkInvariants(calls);
    assertEquals((await purge(store, 0, 2)).length, 1);
    assertEquals(await store.list(), []);
  });

  test("purge() spares an input directory while a job needs it", async ({ store }) => {
    await store.submit(sampleJob("a"));
    await store.submit(sampleJob("b", { inputDir: "a" }));
    assertEquals(await finishNext(store), "a");
    assertEquals((await purge(store, 0, 10))[0]?.directories, ["a.1"]);
    assertEquals(await finishNext(store), "b");
    assertEquals((await purge(store, 0, 10))[0]?.directories, ["b", "a", "b.1"]);
  });

  test("purge() spares the input directory of the original's waiting jobs", async (rig) => {
    const { store, calls } = rig;
    await submitAsOriginal(calls, "a");
    await submitAsOriginal(calls, "b", "a");
    assertEquals(await finishNext(store), "a");
    assertEquals((await purge(store, 0, 10))[0]?.directories, ["a.1"]);
    assertEquals(await finishNext(store), "b");
    const [purged] = await purge(store, 0, 10);
    assertEquals(purged?.directories, ["b", "a", "b.1"]);
    assertEquals(await calls.call(["KEYS", "*"]), []);
  });

  test("purge() spares the input directory of the original's running jobs", async (rig) => {
    const { store, calls } = rig;
    await submitAsOriginal(calls, "a");
    await submitAsOriginal(calls, "b", "a");
    await mustStart(store, 1);
    await mustStart(store, 2);
    await store.cancel("a", "Not wanted");
    assertEquals((await purge(store, 0, 10))[0]?.directories, ["a.1"]);
  });

  test("purge() of a job that failed for want of a description", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    await calls.call(["DEL", "job:a:description"]);
    await store.lease({
      agent: "a@example.org/r",
      manager: "jm@example.org/r",
      leaseSeconds: 1,
      unacknowledgedSeconds: 1,
    });
    const [job] = await store.list({ state: "failed" });
    assertEquals([job?.id, job?.description.command], ["a", ""]);
    assertEquals(ids(await purge(store, 0, 10)), ["a"]);
    assertEquals(await calls.call(["KEYS", "*"]), []);
  });
}
