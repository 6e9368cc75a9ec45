import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { JobNumbers } from "../../../sim/load/job_numbers.ts";

const numbers = fc.array(fc.nat({ max: 100_000 }), { maxLength: 200 });

Deno.test("a set of jobs holds each number once", () => {
  fc.assert(fc.property(numbers, (list) => {
    const jobs = new JobNumbers();
    const known = new Set<number>();
    for (const number of list) {
      assertEquals(jobs.add(number), !known.has(number));
      known.add(number);
    }
    assertEquals(jobs.size, known.size);
  }));
});

Deno.test("merging tells how many jobs both sets hold", () => {
  fc.assert(fc.property(numbers, numbers, (left, right) => {
    const [one, other] = [new JobNumbers(), new JobNumbers()];
    for (const number of left) one.add(number);
    for (const number of right) other.add(number);
    const both = new Set(left).intersection(new Set(right)).size;
    assertEquals(one.merge(other.encode()), both);
    assertEquals(one.size, new Set([...left, ...right]).size);
  }));
});

Deno.test("what is no number of a job is refused", () => {
  for (const number of [-1, 0.5, NaN, Infinity, 1e9]) {
    assertThrows(() => new JobNumbers().add(number), RangeError, `Cannot count job number`);
  }
});
