import { assertEquals, assertThrows } from "@std/assert";
import { parseAggregationRules } from "../../../sim/carbon/aggregation_rules.ts";
import { ORIGINAL_AGGREGATION_RULES } from "../../../sim/carbon/mod.ts";

/** What becomes of a path: series, method and seconds. */
function outputs(text: string, path: string): string[] {
  return parseAggregationRules(text).flatMap((rule) => {
    const output = rule.outputFor(path);
    return output === undefined ? [] : [`${output} ${rule.method} ${rule.frequencySeconds}`];
  });
}

Deno.test("the original's aggregation rules", () => {
  const manager = "copilot.jobmanager.generic.jm1";
  const aggregate = "copilot.aggregate.jobmanager.generic";
  const cases: [string, string[]][] = [
    ["system.disk.used.sda1", ["disk.used sum 60"]],
    ["system.disk.used.tmpfs", []],
    ["system.ram.available.mem", ["mem.available sum 60"]],
    ["system.ram.available.swap", []],
    ["system.load.1min", ["load avg 60"]],
    ["queuedJobs", ["queuedJobs sum 60"]],
    ["error.emptyQueue", ["rt.errors sum 10"]],
    ["job.succeeded.count", ["rt.totalJobs sum 10", "rt.job.succeeded.count sum 10"]],
    ["job.failed.gmean", ["rt.job.failed.avg avg 10"]],
    ["job.failed.max", []],
  ];
  for (const [path, expected] of cases) {
    const found = outputs(ORIGINAL_AGGREGATION_RULES, `${manager}.${path}`);
    assertEquals(found, expected.map((output) => `${aggregate}.${output}`), path);
  }
});

Deno.test("parseAggregationRules() matches whole paths and takes other characters as they are", () => {
  const text = "all.<a>.<b> (5) = p99 in.x+<a>-y.*.*_<<b>>.end";
  assertEquals(outputs(text, "in.x+one-y.z.pre_two.three.end"), ["all.one.two.three p99 5"]);
  for (
    const path of ["in.xxone-y.z.pre_two.end", "in.x+one-y.z.pre_two.end.more", "x.in.x+one-y"]
  ) {
    assertEquals(outputs(text, path), []);
  }
  assertEquals(outputs("all (1) = max in.*", "in.x"), ["all max 1"]);
  assertEquals(outputs("all (1) = max in.*", "in."), []);
});

Deno.test("parseAggregationRules() refuses what is no rule", () => {
  const refused = {
    "all (60) sum in": "Cannot read aggregation rule",
    "all 60 = sum in": "Cannot read aggregation rule",
    "all (0) = sum in": "Interval of 0 s",
    "all (60) = mode in": 'Unknown method "mode"',
    "all.<b> (60) = sum in.<a>": 'Unknown name "b"',
    "all.<<a>> (60) = sum in.<<a>>": "Unknown name",
  };
  for (const [text, reason] of Object.entries(refused)) {
    assertThrows(() => parseAggregationRules(text), SyntaxError, reason);
  }
});
