import { assert, assertEquals } from "@std/assert";
import { Latencies } from "../../../sim/load/latencies.ts";
import type { Snapshot } from "../../../sim/load/options.ts";
import { Series } from "../../../sim/load/series.ts";

function snapshot(seconds: number, leaseMs: number): Snapshot {
  const latencies = new Latencies();
  latencies.record("lease", leaseMs);
  const none = { waiting: 0, held: 0, leased: 0, running: 0, failed: 0, cancelled: 0 };
  return {
    seconds,
    warmingUp: false,
    online: 1,
    submitted: seconds,
    states: { ...none, succeeded: seconds },
    stanzas: 0,
    requeued: 0,
    faults: 0,
    latencies: latencies.summaries(),
    cpuSeconds: {},
    rssBytes: 0,
  };
}

Deno.test("a series stays bounded, ends with the last and keeps the worst times", () => {
  const series = new Series();
  for (let second = 1; second <= 10_000; second++) {
    series.add(snapshot(second, second === 77 ? 500 : 1));
  }
  const { points } = series;
  assert(points.length <= 600, `${points.length} points`);
  assert(points.length >= 300);
  assertEquals(points.at(-1)?.states.succeeded, 10_000);
  const seconds = points.map((point) => point.seconds);
  assertEquals(seconds, seconds.toSorted((one, other) => one - other));
  const worst = Math.max(...points.map(({ latencies }) => latencies.lease.p50));
  assertEquals(Math.round(worst), 500);
  assertEquals(points.reduce((sum, { latencies }) => sum + latencies.lease.count, 0), 10_000);
});
