/**
 * Contract: many managers on one Redis.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import { type ContractTest, leaseRequest, type Rig, sampleJob, success } from "./fixture.ts";
import { checkInvariants } from "./invariants.ts";

async function threeManagers(rig: Rig): Promise<readonly RedisJobStore[]> {
  const connections = [rig.calls, await rig.connect(), await rig.connect()];
  return connections.map((calls) => new RedisJobStore(calls));
}

/** Registers the tests. */
export function concurrencyContract(test: ContractTest): void {
  test("parallel leases never hand out a job twice", async (rig) => {
    const managers = await threeManagers(rig);
    const jobs = Array.from({ length: 90 }, (_, index) => `j${index}`);
    await Promise.all(
      jobs.map((id, index) => managers[index % 3]?.submit(sampleJob(id), { priority: index % 2 })),
    );
    const leases = await Promise.all(
      Array.from({ length: 120 }, (_, agent) => managers[agent % 3]?.lease(leaseRequest(agent))),
    );
    const lent = leases.map((result) => result?.lease?.job.id).filter((id) => id !== undefined);
    assertEquals(lent.sort(), jobs.sort());
    await checkInvariants(rig.calls);
  });

  test("one agent asking all managers at once gets one job", async (rig) => {
    const managers = await threeManagers(rig);
    for (const id of ["a", "b", "c"]) await rig.store.submit(sampleJob(id));
    const leases = await Promise.all(managers.map((store) => store.lease(leaseRequest(1))));
    assertEquals(leases.map((result) => result.lease?.job.id), ["a", "a", "a"]);
    assertEquals(leases.filter((result) => result.lease?.repeated === false).length, 1);
  });

  test("of parallel reports, sweeps and cancels one wins", async (rig) => {
    const managers = await threeManagers(rig);
    for (let round = 0; round < 20; round++) {
      const id = `j${round}`;
      await rig.store.submit(sampleJob(id));
      await rig.store.lease(leaseRequest(round, { unacknowledgedSeconds: 0 }));
      const [done, again, requeued] = await Promise.all([
        managers[0]?.complete(success(id, 1, round)),
        managers[1]?.complete(success(id, 1, round)),
        managers[2]?.requeue({ id, token: 1 }, "Expired"),
        managers[round % 3]?.cancel(id, "Not wanted").catch(() => {}),
      ]);
      const wins = [done === "done", again === "done", requeued === "requeued"];
      assertEquals(wins.filter(Boolean).length <= 1, true);
      await checkInvariants(rig.calls);
      if ((await rig.store.get(id))?.state === "waiting") await rig.store.cancel(id, "Round over");
    }
  });
}
