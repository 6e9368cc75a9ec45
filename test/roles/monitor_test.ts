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
    insert: (document: Document) => void documents.push(document),
    update: (uuid, update) => void documents.push([uuid, update]),
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

Deno.test("Monitor stores durations in minutes as mean, extremes, geometric mean and number", () =>
  withMonitor({}, async ({ site, say, lines }) => {
    const took = (duration: string): Command => ({
      command: "reportEventDuration",
      component: ALPHA,
      event: "job.succeeded",
      duration,
    });
    await say(took("60"), took(" 240.0 "));
    await site.pass(10);
    const series = "copilot.jobmanager.generic.alpha.job.succeeded";
    assertEquals(lines(), [
      `${series}.avg 2.5`,
      `${series}.min 1`,
      `${series}.max 4`,
      `${series}.gmean 2`,
      `${series}.count 2`,
      "copilot.monitor.updates 1",
    ]);
  }));

Deno.test("Monitor drops what makes no series, and says what it was", () =>
  withMonitor({ seriesLimit: 1 }, async ({ site, say, lines, log }) => {
    await say(
      happened("job.start", "agent@localhost/a1"),
      happened("job.641eeb6c-6c0c-401b-84b4-fbe93dee3737.start"),
      {
        command: "reportEventValue",
        component: ALPHA,
        event: "load",
        value: "0.5 1\ncopilot.x 1 1",
      },
      { command: "reportEventDuration", component: ALPHA, event: "job", duration: "-1" },
      happened("first"),
      happened("second"),
    );
    await site.pass(10);
    assertEquals(lines(), [`copilot.${ALPHA}.first 1`, "copilot.monitor.updates 1"]);
    const dropped = log().filter((message) => message.startsWith("Dropping"));
    assertEquals(dropped, [
      'Dropping an event of jobmanager@localhost/alpha: no name of a series: "agent@localhost/a1 job.start"',
      "Dropping an event of jobmanager@localhost/alpha: no name of a series: " +
      '"jobmanager.generic.alpha job.641eeb6c-6c0c-401b-84b4-fbe93dee3737.start"',
      'Dropping an event of jobmanager@localhost/alpha: no number: "0.5 1\\ncopilot.x 1 1"',
      'Dropping an event of jobmanager@localhost/alpha: no number: "-1"',
      "Dropping an event of jobmanager@localhost/alpha: too many series",
    ]);
  }));

Deno.test("Monitor keeps documents of connections and changes them", () =>
  withMonitor({}, async ({ say, documents }) => {
    await say(
      {
        command: "storeEventDetails",
        details: '{"user":"agent","connected":"true","loc":[6.1,46.2]}',
      },
      { command: "updateEventDetails", session: "u1", updates: '{"$inc":{"failed_jobs":1}}' },
      { command: "updateEventDetails", event: "u2", updates: '{"$set":{"connected":false}}' },
    );
    assertEquals(documents, [
      { user: "agent", connected: true, loc: [6.1, 46.2] },
      ["u1", { $inc: { failed_jobs: 1 } }],
      ["u2", { $set: { connected: false } }],
    ]);
  }));

Deno.test("Monitor refuses documents and changes that could act on the database", () =>
  withMonitor({}, async ({ say, documents, log }) => {
    await say(
      { command: "storeEventDetails", details: '{"$where":"1"}' },
      { command: "storeEventDetails", details: "[1]" },
      { command: "updateEventDetails", session: "u1", updates: '{"$rename":{"a":"b"}}' },
      { command: "updateEventDetails", session: "u1", updates: '{"$set":{"a.$[]":1}}' },
      { command: "updateEventDetails", updates: '{"$inc":{"failed_jobs":1}}' },
    );
    assertEquals(documents, []);
    assertEquals(log().filter((message) => message.startsWith("Cannot store")).length, 5);
  }));

Deno.test("Monitor serves either destination without the other, and none", async () => {
  await withMonitor({ details: undefined }, async ({ site, say, lines }) => {
    await say({ command: "storeEventDetails", details: "{}" }, happened("job.start"));
    await site.pass(10);
    assertEquals(lines().length, 2);
  });
  await withMonitor({ metrics: undefined }, async ({ site, say, documents }) => {
    await say({ command: "storeEventDetails", details: "{}" }, happened("job.start"));
    await site.pass(10);
    assertEquals(documents.length, 1);
  });
});

Deno.test("Monitor hands on what it has counted when it is stopped", async () => {
  let lines: () => string[] = () => [];
  await withMonitor({}, async (scene) => {
    lines = scene.lines;
    await scene.say(happened("job.start"));
  });
  assertEquals(lines()[0], `copilot.${ALPHA}.job.start 1`);
});
