import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { metricPart, metricPath } from "../../../lib/metrics/metric_path.ts";

Deno.test("metricPath() names a series as the original", () => {
  assertEquals(
    metricPath("jobmanager.generic.alpha", "system.load.1min"),
    "copilot.jobmanager.generic.alpha.system.load.1min",
  );
});

Deno.test("metricPath() refuses JIDs, ids of jobs, paths and empty names", () => {
  const uuid = "641eeb6c-6c0c-401b-84b4-fbe93dee3737";
  for (const name of ["agent@site", "agent/1", uuid, `job.${uuid}.start`, ""]) {
    assertEquals(metricPath(name, "job.start"), undefined, name);
    assertEquals(metricPath("agent", name), undefined, name);
  }
});

Deno.test("metricPath() lets nothing through that ends a line, a word or a part", () => {
  assertEquals(metricPath("a b\nc", "d..e"), "copilot.a_b_c.d._.e");
  fc.assert(fc.property(fc.string(), fc.string(), (component, event) => {
    const path = metricPath(component, event);
    if (path !== undefined) assertMatch(path, /^copilot(\.[\w-]+){2,}$/);
  }));
});

Deno.test("metricPart() makes one part of any text", () => {
  assertEquals(metricPart("nvme0n1.1"), "nvme0n1_1");
  fc.assert(fc.property(fc.string(), (text) => assertMatch(metricPart(text), /^[\w-]{1,100}$/)));
});
