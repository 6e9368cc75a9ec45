/** The Grafana dashboards ask for nothing that the roles do not report. */
import { assert, assertEquals } from "@std/assert";
import { type Events, silentEvents } from "../../../lib/messaging/event_reporter.ts";
import { reportSystem } from "../../../lib/messaging/system_readings.ts";
import { silentLogger } from "../../../lib/log.ts";
import { EVENT, reportEnd } from "../../../roles/jobmanager/job_events.ts";
import { EventStatistics } from "../../../roles/monitor/event_statistics.ts";
import { PrometheusMetrics } from "../../../roles/monitor/prometheus.ts";
import { startCarbonServer } from "../../../sim/carbon/mod.ts";
import { modelHost } from "../../../sim/machine/model_host.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { linesOf, type Rendered, send } from "../../contract/carbon/scene.ts";

const MANAGER = "jobmanager.generic.alpha";
const XMPP_SERVERS = ["localhost", "copilot.test", "xmpp.cern.ch", "a.b.cern.ch"];

/** What is read of a dashboard's file. */
interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly target?: string; readonly expr?: string }[];
  }[];
}

/** What roles report: whose, what, and how. */
interface Report {
  readonly component: string;
  readonly event: string;
  readonly kind: "count" | "duration" | "value";
}

function readDashboard(kind: "graphite" | "prometheus"): Dashboard {
  const url = new URL(`../../../fixtures/grafana/copilot_${kind}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(url));
}

/** Everything that managers and the presence reporter say. */
async function allReports(clock: VirtualClock): Promise<Report[]> {
  const reports: Report[] = [];
  const say = (kind: Report["kind"]) => (event: string) =>
    void reports.push({ component: MANAGER, event, kind });
  const events: Events = {
    ...silentEvents,
    happened: say("count"),
    took: say("duration"),
    value: say("value"),
  };
  {
    const host = modelHost({ networks: [{ name: "eth0", receivedMiB: 1, sentMiB: 1 }] });
    using _readings = reportSystem({ host, events, clock, log: silentLogger });
    await clock.advance(65_000);
  }
  for (const event of Object.values(EVENT)) {
    (event === EVENT.queuedJobs ? events.value : events.happened)(event, 1);
  }
  const job = { id: "j", reason: undefined, agent: "a@b", startedMs: 0, endedMs: 60_000 };
  for (const outcome of ["succeeded", "failed"] as const) {
    reportEnd(events, { ...job, outcome, contributedSeconds: 60 });
  }
  for (const host of XMPP_SERVERS) {
    reports.push({ component: `ejabberd.${host}`, event: "connected", kind: "value" });
  }
  return reports;
}

Deno.test("every target of the Graphite dashboard is answered by what roles report", async () => {
  const clock = new VirtualClock();
  await using carbon = await startCarbonServer({ clock });
  const reports = await allReports(clock);
  const statistics = new EventStatistics();
  const second = Math.floor(clock.now() / 1000);
  const samples = reports.flatMap(({ component, event, kind }) => {
    const path = `copilot.${component}.${event}`;
    if (kind === "count") statistics.count(path);
    if (kind === "duration") statistics.add(path, 1);
    return kind === "value" ? [{ path, value: 1, timeSeconds: second }] : [];
  });
  await send(carbon.aggregatorPort, [
    linesOf([...samples, ...statistics.flush(second)].map((
      { path, value, timeSeconds },
    ) => [path, value, timeSeconds])),
  ]);
  await clock.advance(60_000);
  for (const { title, targets } of readDashboard("graphite").panels) {
    assert(targets.length > 0, title);
    for (const { target = "" } of targets) {
      const query = new URLSearchParams({ target, from: "-10min", format: "json" });
      const answer = await fetch(`http://127.0.0.1:${carbon.graphitePort}/render?${query}`);
      const series: Rendered[] = await answer.json();
      assert(
        series.some(({ datapoints }) => datapoints.some(([value]) => value !== null)),
        `${title}: nothing is reported under ${target}`,
      );
    }
  }
});

Deno.test("every selector of the Prometheus dashboard meets what roles report", async () => {
  const metrics = new PrometheusMetrics(() => ({ connected: true, waiting: 0, lost: 0 }));
  for (const { component, event, kind } of await allReports(new VirtualClock())) {
    if (kind === "count") metrics.happened(component, event);
    if (kind === "duration") metrics.took(component, event, 60);
    if (kind === "value") metrics.value(component, event, 1);
  }
  const lines = (await metrics.text()).split("\n").filter((line) => /^\w/.test(line));
  for (const { title, targets } of readDashboard("prometheus").panels) {
    assert(targets.length > 0, title);
    for (const { expr = "" } of targets) {
      const selectors = [...expr.matchAll(/(copilot_\w+)(?:\{([^}]*)\})?/g)];
      assert(selectors.length > 0, title);
      for (const [selector, name = "", matchers = ""] of selectors) {
        assert(
          lines.some((line) => line.match(/^\w+/)?.[0] === name && meets(line, matchers)),
          `${title}: nothing is reported under ${selector}`,
        );
      }
    }
  }
});

/** Whether a line has the labels that matchers such as `event=~"job\\..+"` ask for. */
function meets(line: string, matchers: string): boolean {
  return [...matchers.matchAll(/(\w+)(=~?)("(?:[^"\\]|\\.)*")/g)].every(
    ([, label = "", operator, text = ""]) => {
      const value = new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1] ?? "";
      const wanted: string = JSON.parse(text);
      return operator === "=" ? value === wanted : new RegExp(`^(?:${wanted})$`).test(value);
    },
  );
}

Deno.test("the dashboards are named apart and have no place of their own", () => {
  for (const kind of ["graphite", "prometheus"] as const) {
    const text = JSON.stringify(readDashboard(kind));
    assertEquals(text.includes(`"type":"datasource","query":"${kind}"`), true);
    assertEquals(/https?:/.test(text), false);
  }
});
