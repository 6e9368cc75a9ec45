/** What a monitor makes of reports. The reporters are moved by hand. */
import { assertEquals } from "@std/assert";
import type { MetricsSink, Sample } from "../../lib/metrics/sample.ts";
import { createLogger, memorySink } from "../../lib/log.ts";
import type { Command } from "../../lib/protocol/commands.ts";
import { Monitor } from "../../roles/monitor.ts";
import type { DetailStore, Document } from "../../roles/monitor/detail_store.ts";
import type { MonitorOptions } from "../../roles/monitor/options.ts";
import { memoryLink } from "../../sim/xmpp/mod.ts";
import { Site } from "./_site.ts";

const MONITOR = "mon@localhost";
const ALPHA = "jobmanager.generic.alpha";

/** A monitor on a site, whose destinations are lists. */
async function withMonitor(
  setup: Partial<MonitorOptions>,
  test: (scene: {
    readonly site: Site;
    readonly say: (...commands: Command[]) => Promise<void>;
    readonly lines: () => string[];
    readonly documents: unknown[];
    readonly log: () => readonly string[];
  }) => Promise<void>,
): Promise<void> {
  await using site = new Site();
  const { clock } = site;
  const samples: Sample[] = [];
  const documents: unknown[] = [];
  const metrics: MetricsSink = {
    write: (more) => samples.push(...more),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const details: DetailStore = {
    insert: (document: Document) => Promise.resolve(void documents.push(document)),
    update: (uuid, update) => Promise.resolve(void documents.push([uuid, update])),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const sink = memorySink();
  const monitor = new Monitor({
    link: memoryLink(site.broker, { user: "mon", clock, random: site.random() }),
    metrics,
    details,
    log: createLogger({ sinks: [sink], clock }),
    clock,
    random: site.random(),
    ...setup,
  });
  const stopped = new AbortController();
  const running = monitor.run(stopped.signal);
  const hand = site.hand("jobmanager", "alpha");
  await site.pass(0);
  await test({
    site,
    async say(...commands) {
      for (const command of commands) hand.say(MONITOR, command, { noack: true });
      await site.pass(0);
    },
    lines: () => samples.splice(0).map(({ path, value }) => `${path} ${value}`),
    documents,
    log: () => sink.records.map(({ message }) => message),
  });
  stopped.abort(new Error("The test is over"));
  await site.pass(0);
  await running;
}

function happened(event: string, component = ALPHA): Command {
  return { command: "reportEvent", component, event };
}

Deno.test("Monitor counts events and flushes them every ten seconds, as the original", () =>
  withMonitor({}, async ({ site, say, lines }) => {
    await say(happened("job.start"), happened("error.emptyQueue"), happened("error.emptyQueue"));
    assertEquals(lines(), []);
    await site.pass(10);
    assertEquals(lines(), [
      "copilot.jobmanager.generic.alpha.job.start 1",
      "copilot.jobmanager.generic.alpha.error.emptyQueue 2",
      "copilot.monitor.updates 2",
    ]);
    await site.pass(10);
    assertEquals(lines(), ["copilot.monitor.updates 0"]);
  }));

Deno.test("Monitor hands readings on at once", () =>
  withMonitor({}, async ({ say, lines }) => {
    await say({
      command: "reportEventValue",
      component: ALPHA,
      event: "system.net.out.eth0",
      value: "-0.25",
    });
    assertEquals(lines(), ["copilot.jobmanager.generic.alpha.system.net.out.eth0 -0.25"]);
  }));
