import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Latencies } from "../../../sim/load/latencies.ts";

Deno.test("percentiles hold three digits, from microseconds to days", () => {
  const latencies = new Latencies();
  for (let ms = 1; ms <= 1000; ms++) latencies.record("lease", ms);
  const { count, mean, p50, p95, p99, max } = latencies.summaries().lease;
  assertEquals(count, 1000);
  assertAlmostEquals(mean, 500.5, 1);
  assertAlmostEquals(p50, 500, 1);
  assertAlmostEquals(p95, 950, 1);
  assertAlmostEquals(p99, 990, 1);
  assertAlmostEquals(max, 1000, 1);
  latencies.record("offer", 0.004);
  latencies.record("job", 86_400_000 * 3);
  const { offer, job } = latencies.summaries();
  assertAlmostEquals(offer.max, 0.004, 1e-6);
  assertAlmostEquals(job.p50 / 86_400_000, 3, 0.003);
});

Deno.test("measurements of several processes add up", () => {
  const [one, other] = [new Latencies(), new Latencies()];
  for (let ms = 1; ms <= 100; ms++) (ms % 2 === 0 ? one : other).record("done", ms);
  one.add(other.encode());
  const { count, p50 } = one.summaries().done;
  assertEquals(count, 100);
  assertAlmostEquals(p50, 50, 0.1);
  assertEquals(Object.keys(one.encode()), ["done"]);
});

Deno.test("what was forgotten does not count, and nothing measured gives zeros", () => {
  const latencies = new Latencies();
  latencies.record("store", 10);
  latencies.reset();
  const { count, p99, max } = latencies.summaries().store;
  assertEquals([count, p99, max], [0, 0, 0]);
});
