import { assert, assertEquals, assertMatch } from "@std/assert";
import { runProgram, startProgram } from "./_program.ts";
import { assertEnded } from "./_tool_site.ts";

const SMALL = ["--agents=5", "--jobs=20", "--job-duration=1ms"];

/** Fields that a load report must have. */
const FIELDS = [
  "agents",
  "jobs",
  "succeeded",
  "failed",
  "requeued",
  "lost",
  "duplicated",
  "stanzas",
  "seconds",
  "virtualSeconds",
  "jobsPerSecond",
  "rolledBack",
  "reexecuted",
  "latencies",
  "rssBytes",
  "seed",
  "eventHash",
  "violations",
];

interface Report {
  readonly agents: number;
  readonly jobs: number;
  readonly succeeded: number;
  readonly rssBytes: number;
  readonly latencies: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly thresholds: readonly { readonly threshold: string; readonly ok: boolean }[];
}

Deno.test("simulate --json ends with all figures of the load test", async () => {
  const result = await runProgram("simulate", { args: [...SMALL, "--json"] });
  assertEnded(result, 0);
  const report = result.json<Report>();
  assertEquals(FIELDS.filter((field) => !Object.hasOwn(report, field)), []);
  assertEquals([report.agents, report.jobs, report.succeeded], [5, 20, 20]);
  assertEquals(Object.keys(report.latencies).toSorted(), [
    "done",
    "job",
    "lease",
    "offer",
    "store",
  ]);
  for (const [phase, figures] of Object.entries(report.latencies)) {
    const { p50 = 0, p95 = 0, p99 = 0, max = 0 } = figures;
    assert(
      p50 > 0 && p50 <= p95 && p95 <= p99 && p99 <= max,
      `${phase}: ${JSON.stringify(figures)}`,
    );
  }
  assert(report.rssBytes > 1e6);
});

Deno.test("simulate shows each threshold with its tick, and fails where one is not kept", async () => {
  const args = [...SMALL, "--threshold=succeeded==20", "--threshold=lease_p99 < 0.001ms", "--json"];
  const result = await runProgram("simulate", { args });
  assertEnded(result, 1);
  assertMatch(result.stdout, /✓ succeeded==20 +20\n/);
  assertMatch(result.stdout, /✗ lease_p99<0.001ms +[\d.]+ m?s\n/);
  assertEquals(result.json<Report>().thresholds.map(({ ok }) => ok), [true, false]);
});

Deno.test("simulate refuses what it cannot read, and says what may be written", async () => {
  const wrong: [string, RegExp][] = [
    ["--threshold=lease_p99<5", /needs a unit of time/],
    ["--job-duration=gamma(1s)", /write one of uniform, exp, normal, lognormal/],
    ["--job-failures=200%", /is no share/],
    ["--arrival=soon", /write at-once, saturate, 100\/s/],
    ["--agents=0", /--agents/],
  ];
  for (const [flag, message] of wrong) {
    const result = await runProgram("simulate", { args: [flag] });
    assertEnded(result, 2);
    assertMatch(result.stderr, message);
  }
});

Deno.test("simulate --dashboard shows the run on a page while it lasts", async () => {
  const args = ["--agents=2", "--for=60s", "--job-duration=50ms", "--dashboard"];
  await using simulation = startProgram("simulate", { args });
  const line = await simulation.logged(/^Watch it at /);
  const page = line.replace("Watch it at ", "");
  const overview = await (await fetch(new URL("/api/overview", page))).json();
  assertEquals(overview.sources.queue.state, "ok");
  assert(overview.queue.counts.waiting > 0);
  simulation.signal("SIGINT");
  assertEnded(await simulation.end(), 130);
});

Deno.test("simulate --dashboard needs real time", async () => {
  const result = await runProgram("simulate", {
    args: [...SMALL, "--time=virtual", "--dashboard"],
  });
  assertEnded(result, 2, /--dashboard needs --time real/);
});
