import { assert, assertEquals } from "@std/assert";
import { parseArrival } from "../../../sim/load/arrival.ts";
import { runVirtual, type Snapshot, type VirtualOptions } from "../../../sim/load/mod.ts";
import { runWorld } from "../../../sim/world/mod.ts";

const SMALL: VirtualOptions = { agents: 4, jobs: 12, jobDuration: "1h", jobFailures: "20%" };

Deno.test("a load test in virtual time takes hours in no time and repeats itself", async () => {
  const run = async () => {
    const { seconds: _, jobsPerSecond: __, cpuSeconds: ___, rssBytes: ____, series, ...figures } =
      await runVirtual({ ...SMALL, profile: "stormy", seed: 5 });
    return { ...figures, states: series.map(({ states }) => states) };
  };
  const [one, same] = [await run(), await run()];
  assertEquals(same, one);
  const { succeeded, failed, violations, virtualSeconds, eventHash, faults, latencies } = one;
  assertEquals([succeeded + failed, violations], [12, []]);
  assert(virtualSeconds > 3 * 3600, `${virtualSeconds} s`);
  assertEquals(eventHash?.length, 16);
  assert(faults > 0);
  assert(latencies.job.p50 > 3_500_000, "a job of an hour takes an hour");
});

Deno.test("watching a world does not change it", async () => {
  const { eventHash } = await runVirtual({ ...SMALL, jobFailures: "0", seed: 9 });
  const model = { durationMs: () => 3_600_000, waitStatus: () => 0 };
  const world = await runWorld({ seed: 9, agents: 4, jobs: 12, hours: 4.5, files: false, model });
  assertEquals(eventHash, world.eventHash);
});

Deno.test("in virtual time jobs last as long as their distribution says", async () => {
  const mean = async (jobDuration: string) =>
    (await runVirtual({ agents: 10, jobs: 100, jobDuration })).latencies.job.mean;
  const [even, spread] = [await mean("10m"), await mean("uniform(5m,15m)")];
  assert(Math.abs(even - 600_000) < 5000, `${even} ms`);
  assert(Math.abs(spread - 600_000) < 60_000 && spread !== even, `${spread} ms`);
});

Deno.test("in virtual time jobs arrive at their rate", async () => {
  const snapshots: Snapshot[] = [];
  const { succeeded, virtualSeconds } = await runVirtual({
    agents: 20,
    jobs: 60,
    jobDuration: "1m",
    arrival: parseArrival("20/h"),
    onSnapshot: (snapshot) => snapshots.push(snapshot),
  });
  assertEquals(succeeded, 60);
  assert(virtualSeconds > 2.9 * 3600, `${virtualSeconds} s`);
  const early = snapshots.findLast(({ seconds }) => seconds < 3600);
  assert(early !== undefined && early.submitted > 10 && early.submitted <= 20);
});

Deno.test("a world can be ended early", async () => {
  const signal = AbortSignal.abort();
  const { interrupted, violations, lost } = await runVirtual({ ...SMALL, signal });
  assertEquals([interrupted, violations, lost], [true, [], 0]);
});
