import { assertEquals, assertThrows } from "@std/assert";
import { runLoad } from "../../../sim/load/mod.ts";
import { checkThresholds, METRICS, parseThreshold } from "../../../tools/simulate/threshold.ts";

Deno.test("a threshold is a figure, a comparison and a limit with its unit", () => {
  const { text, metric, limit, admits } = parseThreshold(" lease_p99 < 0.5s ");
  assertEquals([text, metric, limit], ["lease_p99<0.5s", "lease_p99", 500]);
  assertEquals([499.9, 500, 501].map(admits), [true, false, false]);
  assertEquals([9, 10, 11].map(parseThreshold("failed<=10").admits), [true, true, false]);
  assertEquals([999, 1000].map(parseThreshold("jobs_per_second>=1000").admits), [false, true]);
  assertEquals(parseThreshold("rss<2GiB").limit, 2 ** 31);
  assertEquals([0, 1].map(parseThreshold("lost==0").admits), [true, false]);
});

Deno.test("a threshold that cannot be read is refused", () => {
  const wrong: [string, string][] = [
    ["lease_p99", "is no threshold"],
    ["lease_p99<", "is no threshold"],
    ["lease_p99<500", "needs a unit of time, such as 500ms"],
    ["lease_p99<5MB", "is no length of time"],
    ["lease_p98<5ms", "unknown figure"],
    ["constructor<5", "unknown figure"],
    ["lost=0", "is no threshold"],
    ["lost<5ms", "needs a plain number"],
    ["lost<5 && failed<5", "is no threshold"],
  ];
  for (const [text, message] of wrong) {
    assertThrows(() => parseThreshold(text), SyntaxError, message);
  }
});

Deno.test("every figure can be held to a threshold; what was never measured keeps to none", async () => {
  const result = await runLoad({ agents: 2, jobs: 4, jobDuration: "0ms" });
  const limitOf = { time: "0ms", size: "0", number: "0" };
  const all = [...METRICS].map(([name, { unit }]) => parseThreshold(`${name}>=${limitOf[unit]}`));
  assertEquals(checkThresholds(all, result).filter(({ ok }) => !ok), []);
  const idle = await runLoad({ agents: 1, jobs: 1, forSeconds: 0.01, jobDuration: "1h" });
  assertEquals(checkThresholds([parseThreshold("done_p99<1h")], idle)[0]?.ok, false);
});
