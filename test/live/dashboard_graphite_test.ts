/** The dashboard's graphs over Debian's graphite-web: the questions that the embedded one answers, too. */
import { assert, assertEquals } from "@std/assert";
import { GRAPHS, MODES } from "../../roles/dashboard/graphs.ts";
import { Graphite } from "../../roles/dashboard/sources/graphite.ts";
import { ORIGINAL_AGGREGATION_RULES, ORIGINAL_STORAGE_SCHEMAS } from "../../sim/carbon/mod.ts";
import { type DashboardUnderTest, fillMetrics, startDashboard } from "../roles/dashboard/_site.ts";
import { hasGraphite, startGraphite } from "./graphite_server.ts";

const MISSING = hasGraphite ? "" : " (skipped: graphite-carbon or graphite-web is not installed)";

/** Waits until carbon has taken the last of what was sent. */
async function metricsArrived(dashboard: DashboardUnderTest): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const { managers = [] } = await dashboard.json("/api/managers");
    if (managers.length === 2 && managers[1].disks.length === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Waited in vain for the metrics to arrive");
}

Deno.test({
  name: `dashboard on graphite-web: every graph in every mode, and the managers${MISSING}`,
  ignore: !hasGraphite,
  fn: async () => {
    await using graphite = await startGraphite({
      schemas: ORIGINAL_STORAGE_SCHEMAS,
      rules: ORIGINAL_AGGREGATION_RULES,
    });
    const url = `http://127.0.0.1:${graphite.graphitePort}/`;
    await using dashboard = await startDashboard({
      sources: { graphite: () => Promise.resolve(new Graphite({ url })) },
    });
    await fillMetrics({ hostname: "127.0.0.1", carbonPort: graphite.carbonPort });
    await metricsArrived(dashboard);
    for (const mode of MODES) {
      for (const { id } of GRAPHS) {
        const { times, series } = await dashboard.json(`/api/graphs/${id}?mode=${mode}`);
        assert(series.length > 0, `${id} ${mode}`);
        assert(times.length > 0, `${id} ${mode}`);
      }
    }
    const { series } = await dashboard.json("/api/graphs/load?mode=hourly");
    assertEquals(series.map(({ label }: { label: string }) => label), ["alpha", "beta"]);
    const [found] = await dashboard.json(
      "/api/stats?target=copilot.ejabberd.site.connected&from=-30min",
    );
    assertEquals(found.target, "copilot.ejabberd.site.connected");
  },
});
