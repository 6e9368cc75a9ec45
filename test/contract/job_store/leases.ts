/**
 * Contract: lending jobs, and the end of a lease.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import {
  agentJid,
  type ContractTest,
  ids,
  leaseRequest,
  mustLease,
  mustStart,
  sampleJob,
  success,
} from "./fixture.ts";
import { checkInvariants } from "./invariants.ts";

async function redisMs(calls: RedisCalls): Promise<number> {
  const reply = await calls.call(["TIME"]);
  const [seconds, micros] = Array.isArray(reply) ? reply.map(Number) : [];
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}

/** Registers the tests. */
export function leaseContract(test: ContractTest): void {
  test("owesAcknowledgement() tells of a lease until it is acknowledged", async ({ store }) => {
    await store.submit(sampleJob("a"));
    assertEquals(await store.owesAcknowledgement(agentJid(1)), false);
    const { job, token } = await mustLease(store, 1);
    assertEquals(await store.owesAcknowledgement(agentJid(1)), true);
    assertEquals(await store.owesAcknowledgement(agentJid(2)), false);
    await store.confirm(job.id, token, 60);
    assertEquals(await store.owesAcknowledgement(agentJid(1)), false);
  });

  test("owesAcknowledgement() tells an asking session of whatever its JID holds", async ({ store }) => {
    await store.submit(sampleJob("a"));
    assertEquals(await store.owesAcknowledgement(agentJid(1), "s2"), false);
    const { token } = await mustLease(store, 1, { session: "s1" });
    await store.confirm("a", token, 60);
    assertEquals(await store.owesAcknowledgement(agentJid(1), "s2"), true);
    assertEquals(await store.owesAcknowledgement(agentJid(2), "s2"), false);
  });

  test("lease() lends a job with its first token", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    const before = await redisMs(calls);
    const { lease, invalid } = await store.lease(leaseRequest(1));
    assert(lease !== undefined);
    const { leasedMs, ...rest } = lease;
    assertEquals(rest, { job: sampleJob("a"), token: 1, attempt: 1, repeated: false });
    assertEquals(invalid, []);
    assert(leasedMs >= before && leasedMs <= await redisMs(calls));
    const job = await store.get("a");
    assertEquals(job?.state, "leased");
    assertEquals(job?.agent, agentJid(1));
    assertEquals(job?.manager, "jm@example.org/generic");
    assertEquals(job?.leasedMs, leasedMs);
    assertEquals(job?.deadlineMs, leasedMs + 100_000);
  });

  test("lease() keeps the name of the agent's machine, until another agent has the job", async (rig) => {
    const store = rig.open({ leases: false });
    await rig.store.submit(sampleJob("a"));
    const agentHost = `vm.example.org${"x".repeat(300)}`;
    await mustLease(rig.store, 1, { agentHost, unacknowledgedSeconds: 0 });
    assertEquals((await store.get("a"))?.agentHost, agentHost.slice(0, 253));
    await rig.store.requeue({ id: "a", token: 1 }, "Nobody is there");
    await mustLease(rig.store, 2);
    assertEquals((await store.get("a"))?.agentHost, undefined);
    await rig.store.requeue({ id: "a", token: 2 }, "Nobody is there");
    await mustLease(store, 1, { agentHost: "vm.example.org" });
    assertEquals(await store.complete(success("a", undefined, 2)), "done");
    const { agent, agentHost: reported } = await store.get("a") ?? {};
    assertEquals([agent, reported], ["agent2@example.org", undefined]);
  });

  test("lease() gives nothing when nothing waits", async ({ store }) => {
    assertEquals(await store.lease(leaseRequest(1)), { invalid: [] });
  });

  test("lease() repeats an unacknowledged lease", async ({ store }) => {
    await store.submit(sampleJob("a"));
    await store.submit(sampleJob("b"));
    const first = await mustLease(store, 1, { unacknowledgedSeconds: 1 });
    assertEquals(await mustLease(store, 1), { ...first, repeated: true });
    assert(((await store.get("a"))?.deadlineMs ?? 0) > first.leasedMs + 50_000);
    assertEquals((await mustLease(store, 2)).job.id, "b");
    assertEquals((await store.get("a"))?.attempts, 1);
  });

  test("lease() gives a new job once the first is acknowledged", async ({ store }) => {
    await store.submit(sampleJob("a"));
    await store.submit(sampleJob("b"));
    await mustStart(store, 1);
    assertEquals((await mustLease(store, 1)).job.id, "b");
  });

  test("lease() by another session ends the leases of the old one", async ({ store, calls }) => {
    for (const id of ["a", "b", "c"]) await store.submit(sampleJob(id));
    const running = await mustLease(store, 1, { session: "s1" });
    await store.confirm("a", running.token, 1000);
    await mustLease(store, 1, { session: "s1" });
    assertEquals(await store.expiredLeases(10), []);
    const fresh = await mustLease(store, 1, { session: "s2" });
    assertEquals([fresh.job.id, fresh.repeated], ["c", false]);
    assertEquals(ids(await store.expiredLeases(10)).sort(), ["a", "b"]);
    // The signs of life are those of the new process now.
    assertEquals(await store.touch(agentJid(1), 1000), 1);
    assertEquals(ids(await store.expiredLeases(10)).sort(), ["a", "b"]);
    for (const lease of await store.expiredLeases(10)) {
      assertEquals(await store.requeue(lease, "Restarted"), "requeued");
    }
    await checkInvariants(calls);
  });

  test("lease() without sessions lets an older running job run out", async ({ store }) => {
    for (const id of ["a", "b"]) await store.submit(sampleJob(id));
    await mustStart(store, 1);
    await mustStart(store, 1);
    const before = await store.get("a");
    assertEquals(await store.touch(agentJid(1), 5000), 2);
    assertEquals((await store.get("a"))?.deadlineMs, before?.deadlineMs);
    assert(((await store.get("b"))?.deadlineMs ?? 0) > (before?.deadlineMs ?? 0) + 1_000_000);
    assertEquals(await store.complete(success("a", 1, 1)), "done");
  });

  test("lease() to a session that goes on lets its older running job run out", async ({ store }) => {
    for (const id of ["a", "b"]) await store.submit(sampleJob(id));
    await mustLease(store, 1, { session: "s1" });
    await store.confirm("a", 1, 1000);
    const before = await store.get("a");
    await mustLease(store, 1, { session: "s1", unacknowledgedSeconds: 0 });
    await store.touch(agentJid(1), 5000);
    assertEquals((await store.get("a"))?.deadlineMs, before?.deadlineMs);
    assertEquals(await store.complete(success("a", 1, 1)), "done");
  });

  test("lease() to a late copy of a request leaves the young job that it brought alone", async ({ store }) => {
    for (const id of ["a", "b"]) await store.submit(sampleJob(id));
    const { leasedMs } = await mustLease(store, 1, { session: "s1" });
    await store.confirm("a", 1, 1000);
    await mustLease(store, 1, { session: "s1" });
    await store.touch(agentJid(1), 5000);
    assert(((await store.get("a"))?.deadlineMs ?? 0) >= leasedMs + 5_000_000);
  });

  test("lease() drops and names ids without a usable job", async ({ store, calls }) => {
    await store.submit(sampleJob("lost"));
    await store.submit(sampleJob("corrupt"));
    await calls.call(["DEL", "job:lost:description"]);
    await calls.call(["HSET", "copilot:job:corrupt", "attempts", "many"]);
    await calls.call(["SET", "job:nothing:description", "chirp::::dir::::::::"]);
    await calls.call(["SET", "job:../x:description", "c::::d::::f::::cmd::::"]);
    for (const id of ["ghost", "nothing", "../x"]) await calls.call(["LPUSH", "waiting_jobs", id]);
    await store.submit(sampleJob("good"));
    const { lease, invalid } = await store.lease(leaseRequest(1));
    assertEquals(lease?.job.id, "good");
    assertEquals(invalid, ["lost", "corrupt", "ghost", "nothing", "../x"]);
    assertEquals((await store.get("lost"))?.state, "failed");
    assertEquals(await calls.call(["HGET", "copilot:job:corrupt", "state"]), "failed");
  });

  test("lease() clears long rows of unusable ids", async ({ store, calls }) => {
    const ghosts = Array.from({ length: 250 }, (_, index) => `ghost${index}`);
    await calls.call(["LPUSH", "waiting_jobs", ...ghosts]);
    await store.submit(sampleJob("good"));
    const { lease, invalid } = await store.lease(leaseRequest(1));
    assertEquals([lease?.job.id, invalid], ["good", ghosts]);
  });

  test("lease() drops an id that does not wait", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    await mustStart(store, 1);
    await calls.call(["LPUSH", "waiting_jobs", "a"]);
    assertEquals(await store.lease(leaseRequest(2)), { invalid: [] });
    assertEquals((await store.history("a")).at(-1)?.event, "dropped");
    assertEquals((await store.get("a"))?.state, "running");
  });

  test("confirm() starts the job, for its token only", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    const { token, leasedMs } = await mustLease(store, 1);
    assertEquals(await store.confirm("a", token + 1, 1000), false);
    assertEquals(await store.confirm("b", token, 1000), false);
    await calls.call(["ZADD", "copilot:queue:waiting_jobs:seen", leasedMs - 700_000, "a"]);
    assertEquals(await store.confirm("a", token, 1000), true);
    assertEquals(await store.silentLeases(600, 10), []);
    const job = await store.get("a");
    assertEquals(job?.state, "running");
    assert((job?.deadlineMs ?? 0) >= leasedMs + 1_000_000);
    assertEquals(await store.confirm("a", token, 1000), true);
    assertEquals((await store.history("a")).length, 3);
    await store.complete(success("a", token, 1));
    assertEquals(await store.confirm("a", token, 1000), false);
  });

  test("touch() extends running leases of that full JID", async ({ store }) => {
    for (const id of ["a", "b"]) await store.submit(sampleJob(id));
    const { leasedMs } = await mustStart(store, 1);
    await mustLease(store, 2);
    assertEquals(await store.touch(agentJid(1), 5000), 1);
    assert(((await store.get("a"))?.deadlineMs ?? 0) >= leasedMs + 5_000_000);
    assertEquals(await store.touch(agentJid(2), 5000), 1);
    const unacknowledged = await store.get("b");
    assert((unacknowledged?.deadlineMs ?? 0) < leasedMs + 1_000_000);
    assertEquals(await store.touch("agent1@example.org/other", 5000), 0);
  });

  test("touch() notes a sign of life", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    const { leasedMs } = await mustLease(store, 1);
    await calls.call(["ZADD", "copilot:queue:waiting_jobs:seen", leasedMs - 700_000, "a"]);
    assertEquals(ids(await store.silentLeases(600, 10)), ["a"]);
    await store.touch(agentJid(1), 1000);
    assertEquals(await store.silentLeases(600, 10), []);
    assert(((await store.get("a"))?.seenMs ?? 0) >= leasedMs);
  });

  test("holds() wants token and bare JID of a lease that holds", async ({ store }) => {
    await store.submit(sampleJob("a"));
    assertEquals(await store.holds("a", 1, agentJid(1)), false);
    await mustLease(store, 1);
    assertEquals(await store.holds("a", 1, agentJid(1)), true);
    assertEquals(await store.holds("a", 1, "agent1@example.org/reconnected"), true);
    assertEquals(await store.holds("a", 1, agentJid(2)), false);
    assertEquals(await store.holds("a", 2, agentJid(1)), false);
    assertEquals(await store.holds("a", undefined, agentJid(1)), false);
    assertEquals(await store.holds("b", 1, agentJid(1)), false);
    await store.cancel("a", "Not wanted");
    assertEquals(await store.holds("a", 1, agentJid(1)), false);
  });

  test("silentLeases() names the longest silent first", async ({ store }) => {
    for (const id of ["a", "b", "c"]) await store.submit(sampleJob(id));
    for (const agent of [1, 2, 3]) await mustStart(store, agent);
    assertEquals(await store.silentLeases(600, 10), []);
    const silent = await store.silentLeases(0, 10);
    assertEquals(ids(silent).sort(), ["a", "b", "c"]);
    assert(silent.every((lease, at) => lease.seenMs >= (silent[at - 1]?.seenMs ?? 0)));
    assertEquals((await store.silentLeases(0, 2)).length, 2);
    assertEquals(ids(await store.silentLeases(0, 2, 1)), ids(silent).slice(1, 3));
    const first = silent.find((lease) => lease.id === "a");
    assertEquals([first?.token, first?.agent], [1, agentJid(1)]);
  });

  test("expiredLeases() names leases past their end", async ({ store }) => {
    for (const id of ["a", "b"]) await store.submit(sampleJob(id));
    await mustLease(store, 1, { unacknowledgedSeconds: 0 });
    await mustLease(store, 2);
    const [expired, ...others] = await store.expiredLeases(10);
    assertEquals([expired?.id, others], ["a", []]);
    assertEquals(await store.confirm("a", 1, 1000), true);
    assertEquals(await store.expiredLeases(10), []);
  });

  test("requeue() ends the lease and fails the last attempt", async ({ store, calls }) => {
    await store.submit(sampleJob("a"), { maxAttempts: 2 });
    await mustStart(store, 1);
    assertEquals(await store.requeue({ id: "a", token: 2 }, "Silent"), "unchanged");
    assertEquals(await store.requeue({ id: "b", token: 1 }, "Silent"), "unchanged");
    assertEquals(await store.requeue({ id: "a", token: 1 }, "Silent"), "requeued");
    assertEquals(await store.requeue({ id: "a", token: 1 }, "Silent"), "unchanged");
    assertEquals((await store.get("a"))?.reason, "Silent");
    assertEquals(await store.holds("a", 1, agentJid(1)), false);
    const second = await mustStart(store, 2);
    assertEquals([second.token, second.attempt], [2, 2]);
    assertEquals(await store.requeue({ id: "a", token: 2 }, "Silent again"), "failed");
    const job = await store.get("a");
    assertEquals([job?.state, job?.reason, job?.attempts], ["failed", "Silent again", 2]);
    assertEquals(await store.complete(success("a", 2, 2)), "stale");
    await checkInvariants(calls);
  });

  test("requeue() gives the attempt of a clean hand-back back", async ({ store }) => {
    await store.submit(sampleJob("a"), { maxAttempts: 1 });
    for (let token = 1; token <= 3; token++) {
      const lease = await mustStart(store, 1);
      assertEquals([lease.token, lease.attempt], [token, 1]);
      const handedBack = await store.requeue({ id: "a", token }, "Handed back", {
        countAttempt: false,
      });
      assertEquals(handedBack, "requeued");
    }
    assertEquals((await store.get("a"))?.attempts, 0);
  });

  test("requeue() leaves an agent alone that was seen since", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    await mustStart(store, 1);
    const [silent] = await store.silentLeases(0, 1);
    assert(silent !== undefined);
    const seen = "copilot:queue:waiting_jobs:seen";
    await calls.call(["ZADD", seen, silent.seenMs + 1, "a"]);
    assertEquals(await store.requeue(silent, "Silent"), "unchanged");
    await calls.call(["ZADD", seen, silent.seenMs, "a"]);
    assertEquals(await store.requeue(silent, "Silent"), "requeued");
  });

  test("a corrupt record is named in the error", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    const { token } = await mustStart(store, 1);
    await calls.call(["HSET", "copilot:job:a", "attempts", "1e3"]);
    const named = "Cannot read copilot:job:a: bad attempts";
    await assertRejects(() => store.get("a"), SyntaxError, named);
    await calls.call(["HSET", "copilot:job:a", "attempts", "x"]);
    await assertRejects(() => store.requeue({ id: "a", token }, ""), SyntaxError, named);
    await calls.call(["HSET", "copilot:job:a", "attempts", "1", "state", "lost"]);
    await assertRejects(() => store.get("a"), SyntaxError, "Cannot read copilot:job:a: bad state");
  });
}
