import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseAggregationRules } from "../../../sim/carbon/aggregation_rules.ts";
import { Aggregator } from "../../../sim/carbon/aggregator.ts";
import { IntervalValues } from "../../../sim/carbon/interval_values.ts";
import { ORIGINAL_AGGREGATION_RULES } from "../../../sim/carbon/mod.ts";
import type { Point } from "../../../sim/carbon/point_line.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

const START = Date.UTC(2026, 0, 1) / 1000;

function aggregatorOf(text: string) {
  const clock = new VirtualClock();
  const points: Point[] = [];
  const onPoint = (point: Point) => points.push(point);
  const aggregator = new Aggregator({ rules: parseAggregationRules(text), clock, onPoint });
  /** Points since the last call, without those of `in`. */
  const made = () =>
    points.splice(0).filter(({ path }) => !path.startsWith("in."))
      .map(({ path, value, timestamp }) => [path, value, timestamp - START]);
  const take = (path: string, value: number, second: number) =>
    aggregator.take({ path, value, timestamp: START + second });
  return { clock, points, aggregator, made, take };
}

Deno.test("Aggregator hands on an interval one interval after its first value", async () => {
  const { clock, made, take, aggregator } = aggregatorOf("all (10) = sum in.*");
  take("in.a", 1, 0);
  await clock.advance(9_999);
  assertEquals(made(), []);
  take("in.b", 2, 9);
  await clock.advance(1);
  assertEquals(made(), [["all", 3, 0]]);
  await clock.advance(10_000);
  assertEquals(made(), []);
  take("in.a", 4, 5);
  take("in.a", 5, 10);
  await clock.advance(10_000);
  assertEquals(made(), [["all", 7, 0], ["all", 5, 10]]);
  aggregator[Symbol.dispose]();
});

Deno.test("Aggregator forgets an interval after five more, and a series with its last interval", async () => {
  const { clock, made, take } = aggregatorOf("all (10) = sum in.*");
  take("in.a", 1, 0);
  await clock.advance(60_000);
  assertEquals(made(), [["all", 1, 0]]);
  assertEquals(clock.nextMs, undefined);
  // As in carbon, a value that comes later still begins its interval anew.
  take("in.a", 2, 3);
  await clock.advance(10_000);
  assertEquals(made(), [["all", 2, 0]]);
  assertEquals(clock.nextMs, undefined);
});

Deno.test("Aggregator hands on what it has when it stops", () => {
  const { clock, made, take, aggregator } = aggregatorOf("all (60) = avg in.*");
  take("in.a", 1, 0);
  take("in.b", 2, 0);
  aggregator[Symbol.dispose]();
  assertEquals(made(), [["all", 1.5, 0]]);
  assertEquals(clock.nextMs, undefined);
});

Deno.test("Aggregator does not pass on a point whose series it makes itself", () => {
  const { points, take, aggregator } = aggregatorOf("in.<a> (60) = sum in.<a>");
  take("in.a", 1, 0);
  assertEquals(points.length, 0);
  aggregator[Symbol.dispose]();
  assertEquals(points.map(({ path, value }) => [path, value]), [["in.a", 1]]);
});

Deno.test("Aggregator collects no more than a thousand intervals of a series", async () => {
  const { clock, points, take } = aggregatorOf("all (60) = sum in.*");
  for (let minute = 0; minute < 1500; minute++) take("in.a", 1, minute * -60);
  await clock.advance(60_000);
  const made = points.filter(({ path }) => path === "all");
  assertEquals([points.length - made.length, made.length], [1500, 1000]);
});

Deno.test("the original's rules make totals of several managers' lines", async () => {
  const { clock, take, points } = aggregatorOf(ORIGINAL_AGGREGATION_RULES);
  const manager = (name: string) => `copilot.jobmanager.generic.${name}`;
  for (const name of ["alpha", "beta"]) {
    take(`${manager(name)}.job.succeeded.count`, 2, 3);
    take(`${manager(name)}.job.succeeded.gmean`, name === "alpha" ? 10 : 20, 3);
    take(`${manager(name)}.job.failed.count`, 1, 3);
    take(`${manager(name)}.error.emptyQueue`, 4, 3);
    take(`${manager(name)}.queuedJobs`, 7, 3);
  }
  await clock.advance(60_000);
  const made = points.filter(({ path }) => path.startsWith("copilot.aggregate."))
    .map(({ path, value }) => [path.replace("copilot.aggregate.jobmanager.generic.", ""), value]);
  assertEquals(Object.fromEntries(made), {
    "rt.totalJobs": 6,
    "rt.job.succeeded.count": 4,
    "rt.job.succeeded.avg": 15,
    "rt.job.failed.count": 2,
    "rt.errors": 8,
    "queuedJobs": 14,
  });
});

Deno.test("IntervalValues agrees with the plain definition of every method", () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(values, (all) => {
      const sum = all.reduce((total, value) => total + value);
      const sorted = all.toSorted((one, other) => one - other);
      const expected = {
        ...{ sum, avg: sum / all.length, count: all.length },
        ...{ min: sorted[0], max: sorted.at(-1) },
      };
      for (const [method, value] of Object.entries(expected)) {
        const interval = new IntervalValues(method as keyof typeof expected);
        for (const one of all) interval.add(one);
        assertEquals([method, interval.take()], [method, value]);
      }
      const median = new IntervalValues("p50");
      for (const one of all) median.add(one);
      const middle = (sorted.length - 1) / 2;
      const pair = [sorted[Math.floor(middle)] ?? NaN, sorted[Math.ceil(middle)] ?? NaN] as const;
      assertEquals(median.take(), (pair[0] + pair[1]) / 2);
    }),
  );
});
