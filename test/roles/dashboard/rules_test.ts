/** The dashboard's pure parts: what needs attention, failures and durations, graphs, contributions. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { JOB_STATES, type JobState } from "../../../lib/jobs/job_state.ts";
import type { JobRecord } from "../../../lib/jobs/job_store.ts";
import { attentionOf } from "../../../roles/dashboard/attention.ts";
import { graphData } from "../../../roles/dashboard/graph_data.ts";
import { graphRequest, GRAPHS, pathOf, wildcardsOf } from "../../../roles/dashboard/graphs.ts";
import { type Manager, readManagers } from "../../../roles/dashboard/managers.ts";
import {
  groupFailures,
  measureDurations,
  type QueueOverview,
} from "../../../roles/dashboard/queue_overview.ts";
import { readConnection, readCoordinates } from "../../../roles/dashboard/sources/connections.ts";

const NOW = 1_700_000_000_000;
const WELL = {
  queue: { state: "ok", message: "" },
  graphite: { state: "ok", message: "" },
  mongodb: { state: "off", message: "Not set" },
} as const;

function queue(
  counts: Partial<Record<JobState, number>>,
  more: Partial<QueueOverview> & { readonly succeeded?: number; readonly failed?: number } = {},
): QueueOverview {
  const { succeeded = 0, failed = 0, ...rest } = more;
  const none = Object.fromEntries(JOB_STATES.map((state) => [state, 0]));
  return {
    counts: { ...none as Record<JobState, number>, ...counts },
    ended: {
      fromMs: NOW,
      stepMs: 60_000,
      counts: { succeeded: [succeeded], failed: [failed], cancelled: [0] },
    },
    recent: [],
    failures: [],
    durations: null,
    silentLeases: 0,
    ...rest,
  };
}

const manager: Manager = {
  name: "alpha",
  seenMs: NOW - 60_000,
  queued: 0,
  load: [1, 1, 1],
  memory: null,
  swap: null,
  disks: [{ name: "sda1", used: 50, available: 50 }],
  network: [],
};

Deno.test("attentionOf() is silent where all is well", () => {
  const well = { sources: WELL, queue: queue({ running: 3, waiting: 9 }), managers: [manager] };
  assertEquals(attentionOf({ ...well, nowMs: NOW }), []);
});

Deno.test("attentionOf() puts what stops work before what may, and that before notes", () => {
  const found = attentionOf({
    sources: { ...WELL, graphite: { state: "broken", message: "Cannot read" } },
    queue: queue({ waiting: 12, held: 1 }, { silentLeases: 2 }),
    managers: [
      { ...manager, seenMs: NOW - 10 * 60_000 },
      { ...manager, name: "beta", disks: [{ name: "sda1", used: 9800, available: 200 }] },
    ],
    agentsConnected: 0,
    nowMs: NOW,
  });
  assertEquals(found.map(({ level, title }) => `${level}: ${title}`), [
    "error: Graphite cannot be read",
    "error: 12 jobs wait, and no agent is connected",
    "error: Disk sda1 of manager beta is nearly full",
    "warning: 2 agents at work gave no sign of life for 10 minutes",
    "warning: Manager alpha has reported nothing for 10 minutes",
    "note: 1 job is held",
  ]);
});

Deno.test("attentionOf() tells of many failures, but not of one among few", () => {
  const titles = (succeeded: number, failed: number) =>
    attentionOf({ sources: WELL, queue: queue({}, { succeeded, failed }), nowMs: NOW })
      .map(({ level, title }) => `${level}: ${title}`);
  assertEquals(titles(1, 1), []);
  assertEquals(titles(90, 10), []);
  assertEquals(titles(75, 25), ["warning: 25 % of the jobs of the last hour failed"]);
  assertEquals(titles(4, 6), ["error: 60 % of the jobs of the last hour failed"]);
});

function failed(id: string, more: Partial<JobRecord>): JobRecord {
  return { id, changedMs: NOW, ...more } as JobRecord;
}

Deno.test("groupFailures() takes equal reasons together, whatever job they name", () => {
  const uuid = "0b0c6a4e-7d53-4d39-9b94-1f8f3c1f6b11";
  const groups = groupFailures([
    failed("a", { reason: `No output of ${uuid}` }),
    failed("b", { exitCode: 768 }),
    failed("c", { exitCode: 9 }),
    failed("d", { exitCode: 768 }),
    failed("e", {}),
  ]);
  assertEquals(groups.map(({ reason, count, id }) => [reason, count, id]), [
    ["Exit code 3", 2, "b"],
    ["No output of …", 1, "a"],
    ["Killed by signal 9", 1, "c"],
    ["No reason is known", 1, "e"],
  ]);
});

Deno.test("measureDurations() counts every job in one class, and orders its figures", () => {
  assertEquals(measureDurations([]), null);
  const seconds = fc.array(fc.nat({ max: 10_000_000 }), { minLength: 1 });
  fc.assert(fc.property(seconds, (all) => {
    const jobs = all.map((value) => failed("j", { leasedMs: NOW, finishedMs: NOW + value * 1000 }));
    const measured = measureDurations(jobs);
    assert(measured !== null);
    const { medianSeconds, p90Seconds, maxSeconds, classes } = measured;
    assert(medianSeconds <= p90Seconds && p90Seconds <= maxSeconds);
    assertEquals(maxSeconds, Math.max(...all));
    assertEquals(classes.reduce((sum, one) => sum + one.jobs, 0), all.length);
  }));
});

Deno.test("graphs ask for their patterns, summarised but for measures in realtime", () => {
  const load = GRAPHS.find(({ id }) => id === "load");
  assert(load !== undefined);
  const path = "copilot.jobmanager.*.*.system.load.1min";
  assertEquals(graphRequest(load, "realtime"), { targets: [path], from: "-1h" });
  assertEquals(graphRequest(load, "weekly"), {
    targets: [`summarize(${path},"7d","avg")`],
    from: "-31d",
  });
  const errors = GRAPHS.find(({ id }) => id === "errors");
  assert(errors !== undefined);
  assertEquals(graphRequest(errors, "realtime"), {
    targets: ['summarize(copilot.jobmanager.*.*.error.*,"1min","sum")'],
    from: "-1h",
  });
  assertEquals(pathOf('summarize(a.b.c, "1h", "sum")'), "a.b.c");
  assertEquals(wildcardsOf("a.*.c.*", "a.b.c.d"), ["b", "d"]);
  assertEquals([wildcardsOf("a.*", "a.b.c"), wildcardsOf("a.*", "b.c")], [undefined, undefined]);
});

Deno.test("graphData() puts series on one axis and leaves empty ones out", () => {
  const graph = GRAPHS.find(({ id }) => id === "load");
  assert(graph !== undefined);
  const target = (name: string, type = "generic") =>
    `copilot.jobmanager.${type}.${name}.system.load.1min`;
  const data = graphData(graph, [
    { target: target("beta", "panda"), datapoints: [[2, 120], [3, 180]] },
    { target: target("alpha"), datapoints: [[1, 60], [null, 120]] },
    { target: target("gone"), datapoints: [[null, 60]] },
  ]);
  assertEquals(data, {
    times: [60, 120, 180],
    series: [
      { label: "alpha", values: [1, null, null] },
      { label: "beta (panda)", values: [null, 2, 3] },
    ],
  });
});

Deno.test("readManagers() takes the last reading of each, and no half of a pair", () => {
  const path = (rest: string) => `copilot.jobmanager.generic.alpha.${rest}`;
  const [alpha] = readManagers([
    { target: path("system.load.1min"), datapoints: [[9, 60], [1.5, 120], [null, 180]] },
    { target: path("system.ram.used.mem"), datapoints: [[100, 120]] },
    { target: path("system.disk.used.sda1"), datapoints: [[10, 120]] },
    { target: path("system.disk.available.sda1"), datapoints: [[30, 60]] },
    { target: path("system.net.in.eth0"), datapoints: [[5, 120]] },
    { target: path("system.net.out.eth0"), datapoints: [[-7, 120]] },
  ]);
  assertEquals(alpha, {
    name: "alpha",
    seenMs: 120_000,
    queued: null,
    load: [1.5, null, null],
    memory: null,
    swap: null,
    disks: [{ name: "sda1", used: 10, available: 30 }],
    network: [{ name: "eth0", received: 5, sent: 7 }],
  });
});

Deno.test("readConnection() bears whatever a document holds", () => {
  fc.assert(fc.property(fc.object(), (document) => {
    const connection = readConnection(document);
    for (const [name, value] of Object.entries(connection)) {
      if (/^(succeeded|failed|contributedSeconds)$|Ms$/.test(name)) {
        assert(Number.isFinite(value), name);
      } else if (name !== "place" && name !== "isConnected") assertEquals(typeof value, "string");
    }
  }));
  assertEquals(readCoordinates([6.1, "46.2"]), [6.1, 46.2]);
  for (const value of [[181, 0], [0, -91], [1], [1, 2, 3], "1,2", null, [{}, {}]]) {
    assertEquals(readCoordinates(value), null);
  }
});
