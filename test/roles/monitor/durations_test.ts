import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Durations } from "../../../roles/monitor/durations.ts";

Deno.test("Durations has the geometric mean of a long sample, whose product no number holds", () => {
  const durations = new Durations();
  for (let index = 0; index < 100_000; index++) durations.add(index % 2 === 0 ? 1 : 4);
  assert(Math.abs(durations.summary().gmean - 2) < 1e-9);
});

Deno.test("Durations has a geometric mean of 0 where one of them is 0", () => {
  const durations = new Durations();
  durations.add(0);
  durations.add(5);
  assertEquals(durations.summary(), { avg: 2.5, min: 0, max: 5, gmean: 0, count: 2 });
});

Deno.test("Durations: no mean lies outside the extremes", () => {
  const duration = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(fc.property(fc.array(duration, { minLength: 1 }), (values) => {
    const durations = new Durations();
    for (const value of values) durations.add(value);
    const { avg, gmean, min, max, count } = durations.summary();
    const slack = 1 + 1e-9;
    assertEquals([min, max, count], [Math.min(...values) + 0, Math.max(...values), values.length]);
    for (const mean of [avg, gmean]) assert(mean <= max * slack && mean * slack >= min);
  }));
});
