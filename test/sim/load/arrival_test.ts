import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Arrival, arrivalAtTimes, parseArrival } from "../../../sim/load/arrival.ts";

function timeOf(arrival: Arrival, number: number): number {
  assert(arrival.kind === "timed");
  return arrival.atMs(number);
}

Deno.test("jobs arrive at a rate", () => {
  const arrival = parseArrival("100/s");
  assertEquals([0, 1, 1000].map((number) => timeOf(arrival, number)), [0, 10, 10_000]);
  assertEquals(timeOf(parseArrival("6/m"), 1), 10_000);
});

Deno.test("on a ramp the rate grows evenly, and then stays", () => {
  const arrival = parseArrival("ramp(0/s,100/s,10s)");
  // Half of 100/s for 10 s: 500 jobs on the way, a quarter of them in the first half.
  assertAlmostEquals(timeOf(arrival, 125), 5000, 1e-6);
  assertAlmostEquals(timeOf(arrival, 500), 10_000, 1e-6);
  assertAlmostEquals(timeOf(arrival, 600), 11_000, 1e-6);
  assertAlmostEquals(timeOf(parseArrival("ramp(10/s,10/s,5s)"), 20), 2000, 1e-6);
  assertAlmostEquals(timeOf(parseArrival("ramp(100/s,10/s,10s)"), 550), 10_000, 1e-6);
});

Deno.test("jobs arrive in order, whatever the ramp", () => {
  const rate = fc.integer({ min: 1, max: 1000 });
  fc.assert(fc.property(rate, rate, rate, (from, to, seconds) => {
    const arrival = parseArrival(`ramp(${from}/s,${to}/s,${seconds}s)`);
    let lastMs = -1;
    for (const number of [0, 1, 10, 100, 1000, 10_000, 1_000_000]) {
      const atMs = timeOf(arrival, number);
      assert(atMs > lastMs, `job ${number} at ${atMs} ms after ${lastMs} ms`);
      lastMs = atMs;
    }
  }));
});

Deno.test("recorded times begin with the first and end with the last", () => {
  const arrival = arrivalAtTimes([5000, 2000, 2500]);
  assert(arrival.kind === "timed");
  assertEquals([0, 1, 2, 3].map(arrival.atMs), [0, 500, 3000, Infinity]);
  assertEquals(arrival.jobs, 3);
});

Deno.test("what is no arrival is refused", () => {
  for (const text of ["", "soon", "100", "100/d", "ramp(1/s,2/s)", "ramp(1/s,2/s,3s,4s)", "0/s"]) {
    assertThrows(() => parseArrival(text), SyntaxError);
  }
  assertThrows(() => parseArrival("ramp(5/s,0/s,1m)"), SyntaxError, "leads nowhere");
});
