import { assertEquals, assertThrows } from "@std/assert";
import { ORIGINAL_STORAGE_SCHEMAS } from "../../../sim/carbon/mod.ts";
import { StorageRules } from "../../../sim/carbon/storage_rules.ts";

const planOf = (rules: StorageRules, path: string) =>
  rules.planFor(path).archives.map(({ stepSeconds, points }) => `${stepSeconds}:${points}`).join();

Deno.test("StorageRules keeps series as the original does", () => {
  const rules = new StorageRules({ schemas: ORIGINAL_STORAGE_SCHEMAS });
  const readings = "60:44640,600:52594,3600:43829";
  const events = "10:2160,60:10080,600:262974";
  assertEquals(planOf(rules, "copilot.jobmanager.generic.jm1.system.load.1min"), readings);
  assertEquals(planOf(rules, "copilot.jobmanager.generic.jm1.queuedJobs"), readings);
  assertEquals(planOf(rules, "copilot.ejabberd.host.connected"), readings);
  assertEquals(planOf(rules, "copilot.aggregate.jobmanager.generic.rt.totalJobs"), events);
  assertEquals(planOf(rules, "copilot.jobmanager.generic.jm1.job.succeeded.count"), events);
  assertEquals(planOf(rules, "copilot.monitor.updates"), events);
  const days = "86400:31,604800:53,2419200:66";
  assertEquals(planOf(rules, "copilot.aggregate.perDay.jobs"), days);
  const aggregates = "60:44640,600:52594,3600:262974";
  assertEquals(planOf(rules, "copilot.aggregate.jobmanager.generic.load"), aggregates);
  assertEquals(planOf(rules, "elsewhere"), "60:10080");
});

Deno.test("StorageRules takes the first section that fits, of each text", () => {
  const rules = new StorageRules({
    schemas: "# fine\n[a]\npattern = ^a\nretentions=1:5\n\n[b]\nPATTERN: .*\nretentions: 2:5\n",
    aggregation: "[n]\npattern = \\.n$\nxFilesFactor = 0.1\naggregationMethod = max\n",
  });
  assertEquals(planOf(rules, "a.n"), "1:5");
  assertEquals(planOf(rules, "b.a"), "2:5");
  assertEquals([rules.planFor("a.n").rollUp, rules.planFor("a.n").xFilesFactor], ["max", 0.1]);
  assertEquals([rules.planFor("a.m").rollUp, rules.planFor("a.m").xFilesFactor], ["average", 0.5]);
});

Deno.test("StorageRules names the section that it cannot use", () => {
  const refused: [string, string, string][] = [
    ["[a]\nretentions = 1:5", "", "Cannot use section [a]: Missing pattern"],
    ["[a]\npattern = x", "", "Cannot use section [a]: Missing retentions"],
    ["[a]\npattern = (\nretentions = 1:5", "", "Cannot use section [a]: Invalid regular"],
    ["[a]\npattern = x\nretentions = 5", "", 'Cannot use section [a]: Cannot read retention "5"'],
    ["pattern = x", "", 'Cannot read line 1: "pattern = x"'],
    ["[a]\nword", "", 'Cannot read line 2: "word"'],
    ["", "[s]\npattern = x\nxFilesFactor = 2", 'Cannot use xFilesFactor "2"'],
    ["", "[s]\npattern = x\naggregationMethod = mode", 'Unknown aggregationMethod "mode"'],
  ];
  for (const [schemas, aggregation, reason] of refused) {
    assertThrows(() => new StorageRules({ schemas, aggregation }), SyntaxError, reason);
  }
});
