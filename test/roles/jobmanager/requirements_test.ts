/** Jobs with requirements, on their way through a manager to agents of two machines. */
import { assertEquals } from "@std/assert";
import type { Host } from "../../../lib/machine/host.ts";
import { modelHost, Site } from "../_site.ts";

/** A machine with so much memory. */
function machineWith(totalMiB: number): Host {
  const host = modelHost();
  return { ...host, memory: async () => ({ ...await host.memory(), totalMiB, freeMiB: totalMiB }) };
}

Deno.test("a manager hands a job to no machine that does not meet its requirements", async () => {
  await using site = new Site();
  site.manager();
  site.agent({ user: "small", host: machineWith(2048) });
  await site.submit("large-job", { requirements: "other.Memory > 8192" });
  await site.submit("any-job");
  await site.pass(3600);
  assertEquals((await site.job("any-job")).state, "succeeded");
  assertEquals((await site.job("large-job")).state, "waiting");
  assertEquals(await site.events("large-job"), ["submitted"]);
  site.agent({ user: "large", host: machineWith(16_384) });
  await site.pass(3600);
  await site.assertEndedOnce("large-job");
  assertEquals((await site.job("large-job")).agent?.split("@")[0], "large");
});
