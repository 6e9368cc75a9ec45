import { assert, assertEquals } from "@std/assert";
import { parseArrival } from "../../../sim/load/arrival.ts";
import { type LoadOptions, PHASES, runLoad, type Snapshot } from "../../../sim/load/mod.ts";

for (const transport of ["memory", "memory-xml"] as const) {
  Deno.test(`every job of a load test ends once (${transport})`, async () => {
    const result = await runLoad({ transport, agents: 8, jobs: 40, jobDuration: "1ms" });
    const { succeeded, failed, lost, duplicated, unfinished, violations } = result;
    assertEquals({ succeeded, failed, lost, duplicated, unfinished, violations }, {
      succeeded: 40,
      failed: 0,
      lost: 0,
      duplicated: 0,
      unfinished: 0,
      violations: [],
    });
    for (const phase of PHASES) assertEquals(result.latencies[phase].count, 40, phase);
    // Nine commands make a job, each acknowledged.
    assert(result.stanzas >= 18 * 40, `${result.stanzas} stanzas`);
  });
}

Deno.test("the same seed gives jobs the same ends", async () => {
  const options: LoadOptions = { agents: 5, jobs: 60, jobDuration: "0ms", jobFailures: "30%" };
  const [one, same, other] = [
    await runLoad({ ...options, seed: 1 }),
    await runLoad({ ...options, seed: 1 }),
    await runLoad({ ...options, seed: 2 }),
  ];
  assertEquals(one.failed, same.failed);
  assert(one.failed > 5 && one.failed < 40, `${one.failed} of 60 failed`);
  assert(other.failed > 5 && other.failed < 40, `${other.failed} of 60 failed`);
});

Deno.test("jobs that arrive at a rate are all done", async () => {
  const arrival = parseArrival("200/s");
  const { jobs, succeeded } = await runLoad({
    agents: 5,
    jobs: 30,
    jobDuration: "1ms",
    requestSeconds: 0.02,
    arrival,
  });
  assertEquals([jobs, succeeded], [30, 30]);
});

Deno.test("a test with an end in time leaves no job lost and tells how it goes", async () => {
  const snapshots: Snapshot[] = [];
  const result = await runLoad({
    agents: 5,
    forSeconds: 0.3,
    jobDuration: "uniform(1ms,5ms)",
    onSnapshot: (snapshot) => snapshots.push(snapshot),
  });
  assert(result.succeeded > 0);
  assertEquals(result.lost, 0);
  assertEquals(result.jobs, result.succeeded + result.failed + result.unfinished);
  assertEquals(snapshots, [...result.series]);
  assertEquals(snapshots.at(-1)?.states.succeeded, result.succeeded);
});

Deno.test("agents that vanish are replaced, and their jobs run again", async () => {
  const result = await runLoad({
    agents: 6,
    jobs: 30,
    jobDuration: "30ms",
    churn: "exp(150ms)",
    silenceSeconds: 1,
    requestSeconds: 0.05,
  });
  assert(result.faults > 0, "no agent died");
  assertEquals([result.succeeded, result.lost, result.violations], [30, 0, []]);
});

Deno.test("a load test can be ended early; what was measured counts", async () => {
  const stop = new AbortController();
  const running = runLoad({ agents: 3, jobs: 1000, jobDuration: "1h", signal: stop.signal });
  stop.abort();
  const { interrupted, succeeded, lost } = await running;
  assertEquals([interrupted, succeeded, lost], [true, 0, 0]);
});
