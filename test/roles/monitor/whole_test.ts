/** A monitor as it is configured: reports come over XMPP, and stand in Carbon, in MongoDB and in /metrics. */
import { assert, assertEquals } from "@std/assert";
import { MongoClient } from "mongodb";
import { systemClock } from "../../../lib/clock.ts";
import { resolveConfig } from "../../../lib/config.ts";
import { silentLogger } from "../../../lib/log.ts";
import { eventReporter } from "../../../lib/messaging/event_reporter.ts";
import { encodeMessage } from "../../../lib/protocol/message.ts";
import { formatCommand } from "../../../lib/protocol/command_codec.ts";
import { Monitor } from "../../../roles/monitor.ts";
import { openMonitor } from "../../../roles/monitor/open_monitor.ts";
import { MONITOR_COMPONENT, monitorVariables } from "../../../roles/monitor/variables.ts";
import { startCarbonServer } from "../../../sim/carbon/mod.ts";
import { startMongoServer } from "../../../sim/mongo/mod.ts";
import { memoryLink, startXmppServer } from "../../../sim/xmpp/mod.ts";
import type { Rendered } from "../../contract/carbon/scene.ts";
import { eventually } from "../../_eventually.ts";
import { freePort } from "../../_free_port.ts";

const SERIES = "copilot.jobmanager.generic.alpha";

/** What a manager reports. */
const REPORTS: (events: ReturnType<typeof eventReporter>) => void = (events) => {
  events.happened("job.start");
  events.happened("job.start");
  events.took("job.succeeded", 90);
  events.value("queuedJobs", 12);
  events.store({ user: "agent_u1", connected: true, agent_data: { uuid: "u1" } });
  events.update("u1", { $inc: { succeeded_jobs: 1 } });
};

function configOf(values: Readonly<Record<string, string | number>>) {
  const entries = new Map(
    Object.entries(values).map(([name, value]) => [
      name,
      { name, value: String(value), where: "the test" },
    ]),
  );
  const layer = { name: "environment", entries, ownNamesOnly: false };
  const sources = { component: MONITOR_COMPONENT, layers: [layer] };
  return resolveConfig(monitorVariables, {
    ...sources,
    ...{ absentFiles: [], problems: [], warnings: [] },
  }).config;
}

Deno.test("a monitor carries reports from XMPP to Carbon, MongoDB and Prometheus", async () => {
  await using server = await startXmppServer({ domain: "localhost", autoRegister: true });
  await using carbon = await startCarbonServer();
  await using mongo = await startMongoServer();
  const metricsPort = freePort();
  {
    await using opened = await openMonitor(
      configOf({
        ...{ MON_JABBER_SERVER: "127.0.0.1", MON_JABBER_PORT: server.port },
        ...{ MON_JABBER_DOMAIN: "localhost", MON_JABBER_ID: "mon", MON_JABBER_PASSWORD: "p" },
        ...{ CARBON_SERVER: carbon.hostname, CARBON_PORT: carbon.carbonPort },
        ...{ MONGO_SERVER: mongo.hostname, MONGODB_PORT: mongo.port, MONGODB_DB: "site" },
        MON_JABBER_RESOURCE: "watch",
        MON_METRICS_PORT: metricsPort,
      }),
      silentLogger,
    );
    const monitor = new Monitor({ ...opened.options, flushMs: 50 });
    const stop = new AbortController();
    const running = monitor.run(stop.signal);
    await using manager = memoryLink(server.broker, { user: "jm", resource: "alpha" });
    await manager.open({ onStanza() {}, onStatus() {} });
    await eventually(
      "the monitor's presence",
      () =>
        [...server.broker.sessions()].some(({ jid, available }) =>
          jid.full === "mon@localhost/watch" && available
        ),
    );
    let last = 0;
    REPORTS(eventReporter({
      monitor: "mon@localhost",
      component: "jobmanager.generic.alpha",
      clock: systemClock,
      post: (to, command) =>
        manager.send(encodeMessage({
          ...{ kind: "command", from: "jm@localhost", to, id: `r${++last}` },
          ...{ info: formatCommand(command), noack: true, groupchat: false },
        })),
    }));
    const metrics = await eventually("the value in /metrics", async () => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return text.includes("copilot_value{") && text;
    });
    assert(metrics.includes(
      'copilot_events_total{component="jobmanager.generic.alpha",event="job.start"} 2',
    ));
    stop.abort(new Error("The test is over"));
    await running;
  }
  const query = `target=${SERIES}.*.*&target=${SERIES}.*&target=${SERIES}.job.*.*` +
    "&from=-5min&noNullPoints=1&format=json";
  const series: Rendered[] =
    await (await fetch(`http://127.0.0.1:${carbon.graphitePort}/render?${query}`)).json();
  const values = Object.fromEntries(
    series.map(({ target, datapoints }) => [target, datapoints.at(-1)?.[0]]),
  );
  assertEquals(values, {
    [`${SERIES}.job.start`]: 2,
    [`${SERIES}.job.succeeded.avg`]: 1.5,
    [`${SERIES}.job.succeeded.min`]: 1.5,
    [`${SERIES}.job.succeeded.max`]: 1.5,
    [`${SERIES}.job.succeeded.gmean`]: 1.5,
    [`${SERIES}.job.succeeded.count`]: 1,
    [`${SERIES}.queuedJobs`]: 12,
  });
  const client = await MongoClient.connect(mongo.url);
  const found = await client.db("site").collection("connections").find().toArray();
  await client.close();
  assertEquals(found.map(({ user, succeeded_jobs }) => [user, succeeded_jobs]), [["agent_u1", 1]]);
});
