import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { randomFraction, seededRandom } from "../../lib/random.ts";
import { type Point, robustSlope } from "./slope.ts";

const points = (values: readonly number[], life = 0): Point[] =>
  values.map((value, at) => ({ at, value, life }));

Deno.test("a straight line has its slope, for certain", () => {
  const slope = robustSlope(points([3, 5, 7, 9, 11, 13, 15, 17]));
  assertEquals([slope?.slope, slope?.atLeast], [2, 2]);
});

Deno.test("wild samples move the slope little", () => {
  const values = Array.from({ length: 20 }, (_, at) => 10 * at);
  [values[3], values[9], values[17]] = [100_000, -100_000, 100_000];
  const slope = robustSlope(points(values));
  assert(slope !== undefined);
  assertAlmostEquals(slope.slope, 10, 0.01);
  assert(slope.atLeast > 9, `${slope.atLeast}`);
});

Deno.test("noise alone does not rise for certain; a leak below noise does, given time", () => {
  const random = seededRandom(1);
  const noise = (length: number) =>
    Array.from({ length }, () => 1000 * (randomFraction(random) - 0.5));
  for (let round = 0; round < 50; round++) {
    const slope = robustSlope(points(noise(30)));
    assert(slope !== undefined && slope.atLeast < 10, `${slope?.atLeast}`);
  }
  const leak = robustSlope(points(noise(100).map((value, at) => value + 20 * at)));
  assert(leak !== undefined && leak.atLeast > 10, `${leak?.atLeast}`);
});

Deno.test("a process that began anew is not compared with the one before", () => {
  const slope = robustSlope([...points([50, 51, 52, 53], 1), ...points([1, 2, 3, 4], 2)]);
  assertEquals(slope?.slope, 1);
  assertEquals(slope?.pairs, 12);
});

Deno.test("a single sample has no slope", () => {
  assertEquals(robustSlope(points([5])), undefined);
});
