/**
 * Contract: how jobs end.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  agentJid,
  type ContractTest,
  mustLease,
  mustStart,
  sampleJob,
  success,
} from "./fixture.ts";
import { checkInvariants } from "./invariants.ts";

/** Registers the tests. */
export function completionContract(test: ContractTest): void {
  test("complete() stores the result once", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    await mustStart(store, 1);
    const completion = {
      ...success("a", 1, 1),
      exitCode: 768,
      validateExitCode: 0,
      wallSeconds: 12.5,
      archive: "20110325/a.tgz",
    };
    assertEquals(await store.complete(completion), "done");
    const job = await store.get("a");
    assertEquals(job?.state, "succeeded");
    assertEquals([job?.exitCode, job?.validateExitCode, job?.wallSeconds], [768, 0, 12.5]);
    assertEquals([job?.archive, job?.finishedMs], ["20110325/a.tgz", job?.changedMs]);
    assertEquals([job?.deadlineMs, job?.seenMs, job?.agent], [undefined, undefined, agentJid(1)]);
    assertEquals(await store.complete({ ...completion, exitCode: 1 }), "repeated");
    assertEquals(await store.get("a"), job);
    assertEquals((await store.history("a")).length, 4);
    await checkInvariants(calls);
  });

  test("complete() takes the report of a job whose start was never acknowledged", async ({ store }) => {
    await store.submit(sampleJob("a"));
    await mustLease(store, 1);
    const failure = { ...success("a", 1, 1), outcome: "failed", reason: "Exit code 3" } as const;
    assertEquals(await store.complete(failure), "done");
    const job = await store.get("a");
    assertEquals([job?.state, job?.reason], ["failed", "Exit code 3"]);
  });

  test("complete() believes nobody but the holder of the lease", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    await mustStart(store, 1);
    const before = await store.get("a");
    assertEquals(await store.complete(success("a", 2, 1)), "stale");
    assertEquals(await store.complete(success("a", 1, 2)), "stale");
    assertEquals(await store.complete(success("a", undefined, 1)), "stale");
    assertEquals(await store.get("a"), before);
    const line = (await store.history("a")).at(-2);
    assertEquals(
      [line?.event, line?.state, line?.token, line?.agent],
      ["stale result", "running", 1, "agent2@example.org"],
    );
    await checkInvariants(calls);
  });

  test("complete() refuses the result of a lease that has ended", async ({ store }) => {
    await store.submit(sampleJob("a"));
    await mustStart(store, 1);
    await store.requeue({ id: "a", token: 1 }, "Silent");
    assertEquals(await store.complete(success("a", 1, 1)), "stale");
    await mustStart(store, 2);
    assertEquals(await store.complete(success("a", 1, 1)), "stale");
    assertEquals(await store.complete(success("a", 2, 2)), "done");
    assertEquals(await store.complete(success("a", 1, 1)), "stale");
    assertEquals(await store.complete(success("a", 2, 2)), "repeated");
  });

  test("complete() refuses the result of a cancelled, held or rerun job", async ({ store }) => {
    await store.submit(sampleJob("a"));
    await mustStart(store, 1);
    await store.cancel("a", "Not wanted");
    assertEquals(await store.complete(success("a", 1, 1)), "stale");
    await store.rerun("a");
    assertEquals(await store.complete(success("a", 1, 1)), "stale");
    await store.hold("a", "Not yet");
    assertEquals(await store.complete(success("a", 1, 1)), "stale");
    assertEquals((await store.get("a"))?.state, "held");
  });

  test("complete() knows no job without record and description", async ({ store, calls }) => {
    assertEquals(await store.complete(success("a", 1, 1)), "unknown");
    assertEquals(await calls.call(["DBSIZE"]), 0);
  });

  test("cancel() ends the lease of a running job", async ({ store, calls }) => {
    await store.submit(sampleJob("a"));
    await mustStart(store, 1);
    await store.cancel("a", "Not wanted");
    assertEquals(await store.touch(agentJid(1), 100), 0);
    assertEquals(await store.silentLeases(0, 10), []);
    assertEquals((await store.get("a"))?.reason, "Not wanted");
    await checkInvariants(calls);
  });
}
