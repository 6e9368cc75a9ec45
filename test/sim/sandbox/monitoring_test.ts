/** A watched site, from an agent's job to what Graphite, MongoDB and the dashboard say of it. */
import { assert, assertEquals } from "@std/assert";
import { MongoClient } from "mongodb";
import { systemClock } from "../../../lib/clock.ts";
import { loadConfig } from "../../../lib/config.ts";
import { eventReporter } from "../../../lib/messaging/event_reporter.ts";
import { Container } from "../../../lib/messaging/container.ts";
import { xmppLink } from "../../../lib/messaging/xmpp_link.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { silentLogger } from "../../../lib/log.ts";
import { DASHBOARD_COMPONENT, dashboardVariables } from "../../../roles/dashboard/variables.ts";
import { startSandbox } from "../../../sim/sandbox.ts";
import { eventually } from "../../_eventually.ts";

Deno.test("a watched sandbox keeps events, readings and connections, and again after a restart", async () => {
  const directory = await Deno.makeTempDir({ prefix: "copilot_watched_" });
  try {
    let ports: unknown;
    for (const start of ["first", "second"]) {
      await using site = await startSandbox({ directory, monitoring: true });
      assert(site.monitoring !== undefined);
      const { graphite, mongodb } = site.monitoring.ports;
      ports ??= site.monitoring.ports;
      assertEquals(site.monitoring.ports, ports);
      const { config, warnings } = await loadConfig(dashboardVariables, {
        component: DASHBOARD_COMPONENT,
        directory,
        environment: () => undefined,
      });
      assertEquals(
        [config.redisPort, config.graphitePort, config.mongodbPort, warnings],
        [site.addresses.ports.redis, graphite, mongodb, []],
      );
      await using container = new Container({
        link: xmppLink({
          host: site.addresses.hostname,
          port: site.addresses.ports.xmpp,
          jid: Jid.parse("agent@localhost"),
          password: site.password("agent"),
          resource: start,
          tls: "off",
        }),
        component: { handle: () => [] },
        log: silentLogger,
      });
      await container.start();
      const events = eventReporter({
        monitor: "monitor@localhost",
        component: "jobmanager.generic.default",
        clock: systemClock,
        post: (to, command, options) => container.post(to, command, options),
      });
      events.value("queuedJobs", 42);
      const value = await eventually("the value in Carbon", async () => {
        const target = "copilot.jobmanager.generic.default.queuedJobs";
        const url = `http://127.0.0.1:${graphite}/render?target=${target}&from=-2min&format=json`;
        const series: { datapoints: [number | null, number][] }[] = await (await fetch(url)).json();
        return series[0]?.datapoints.findLast(([known]) => known !== null)?.[0] ?? undefined;
      });
      assertEquals(value, 42);
      const client = new MongoClient(`mongodb://127.0.0.1:${mongodb}`, { directConnection: true });
      const connections = client.db("copilot").collection("connections");
      const found = await eventually(
        "the document",
        async () => await connections.findOne({ resource: start, connected: true }) ?? undefined,
      );
      assertEquals([found["user"], found["address"]], ["agent", "127.0.0.1"]);
      // The agent of the first start has gone with it.
      await eventually(
        "one connection",
        async () => await connections.countDocuments({ connected: true }) === 1,
      );
      await client.close();
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
