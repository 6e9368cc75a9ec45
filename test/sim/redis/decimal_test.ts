import { assertEquals, assertThrows } from "@std/assert";
import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { addDecimals } from "../../../sim/redis/decimal.ts";

// The sums were given by redis-server 7.0.15.
const SUMS: readonly (readonly [string, string, string])[] = [
  ["0.1", "0.2", "0.3"],
  ["10.5", "0.1", "10.6"],
  ["3.0e3", "200", "3200"],
  ["5", "-5.0", "0"],
  ["-1527.38", "1103.7", "-423.68000000000000005"],
  ["-2774.29", "-0.3102092309713892", "-2774.60020923097138934"],
  ["-0.25", "0.125", "-0.125"],
  ["9223372036854775807", "3", "9223372036854775810"],
  ["9223372036854775807", "1.5", "9223372036854775808"],
  ["-9223372036854775808", "1.5", "-9223372036854775806.5"],
];
for (const [left, right, sum] of SUMS) {
  Deno.test(`addDecimals() of ${left} and ${right} is ${sum}`, () => {
    assertEquals(addDecimals(left, right), sum);
  });
}

Deno.test("addDecimals() refuses infinity", () => {
  assertThrows(() => addDecimals("1", "inf"), RedisError, "NaN or Infinity");
});
