import { assert, assertEquals, assertRejects } from "@std/assert";
import { runLoad } from "../../../sim/load/mod.ts";
import { PartFailedError, PartProcess } from "../../../sim/load/part_process.ts";

Deno.test("over TCP, with a process for each part, every job ends once", async () => {
  const result = await runLoad({
    transport: "tcp",
    agents: 6,
    agentsPerProcess: 3,
    managers: 2,
    jobs: 30,
    jobDuration: "1ms",
  });
  const { succeeded, lost, duplicated, unfinished, violations, cpuSeconds } = result;
  assertEquals([succeeded, lost, duplicated, unfinished, violations], [30, 0, 0, 0, []]);
  assertEquals(
    Object.keys(cpuSeconds).toSorted(),
    ["agents", "manager", "redis", "this", "xmpp"],
  );
  assertEquals(result.latencies.done.count, 30);
  assert(result.stanzas >= 18 * 30, `${result.stanzas} stanzas`);
});

for (const chirp of ["folder", "own"] as const) {
  Deno.test(`output travels to the done folder (chirp ${chirp})`, async () => {
    const result = await runLoad({
      transport: "tcp",
      chirp,
      agents: 3,
      jobs: 9,
      jobDuration: "1ms",
      jobOutput: "uniform(1kB,20kB)",
    });
    const { succeeded, failed, violations } = result;
    // A job whose archive is not in the done folder fails.
    assertEquals([succeeded, failed, violations], [9, 0, []]);
  });
}

Deno.test("a part that cannot begin says so", async () => {
  const xmpp = {
    host: "127.0.0.1",
    port: 1,
    domain: "load.test",
    managerAccount: "m",
    managerPassword: "m",
    agentAccount: "a",
    agentPassword: "a",
  };
  const words = {
    jobs: { seed: 1, prefix: "x", duration: "1s", output: "0", failures: "0" },
    chirpAddress: "",
    silenceSeconds: 1,
    envelope: undefined,
  };
  const error = await assertRejects(
    () =>
      PartProcess.start({
        kind: "manager",
        words,
        xmpp,
        resource: "m",
        redis: { host: "127.0.0.1", port: 1 },
        files: { kind: "none" },
      }),
    PartFailedError,
    "The process of manager ended",
  );
  assertEquals(error.exitCode, 3);
});
