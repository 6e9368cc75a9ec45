/**
 * How many reports a monitor takes for a second of its processor: stanzas over TCP from `sim/xmpp`, counters,
 * durations and readings to `sim/carbon`, each in a process of its own. No report may be lost.
 *
 * @module
 */
import { hasGraphite, startGraphite } from "../../test/live/graphite_server.ts";
import { linesPerCpuSecond, type MeasuredCarbon } from "../carbon/lines.ts";
import { nameWithVersion } from "../debian.ts";
import { HelperProcess } from "../helper_process.ts";
import type { LoadQuestion } from "../monitor/load_process.ts";
import type { MonitorQuestion } from "../monitor/monitor_process.ts";
import { ADDED_UP_OF_ROUND, EVENTS_OF_ROUND } from "../monitor/reports.ts";
import { cpuSeconds } from "../process_usage.ts";
import { inRounds } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

const DOMAIN = "bench.local";
const PASSWORD = "secret";
/** Reports a second of its processor that it must take. */
const FLOOR = 20_000;
/** Rounds of 500 reports. */
const ROUNDS = { full: 400, quick: 100 };
const CACHE_POINTS = { full: 100, quick: 30 };
/** A point a second, so that no two flushes share one. */
const SCHEMAS = "[all]\npattern = .*\nretentions = 1s:1h\n";

/** What a Carbon in another process says of itself. */
interface CarbonAnswer {
  readonly carbonPort: number;
  readonly graphitePort: number;
}

/** A series as Graphite renders it. */
interface Rendered {
  readonly datapoints: readonly (readonly [value: number | null, second: number])[];
}

/** All events that stand in Carbon: counters, and the numbers of durations. */
async function eventsIn(graphitePort: number): Promise<number> {
  const events = "copilot.jobmanager.generic.*";
  const targets = [`${events}.job.start`, `${events}.error.*`, `${events}.job.*.count`]
    .map((target) => `target=${target}`).join("&");
  const query = `${targets}&from=-50min&noNullPoints=1&format=json`;
  const answer = await fetch(`http://127.0.0.1:${graphitePort}/render?${query}`);
  const series: Rendered[] = await answer.json();
  return series.flatMap(({ datapoints }) => datapoints)
    .reduce((sum, [value]) => sum + (value ?? 0), 0);
}

/** One run: a site of its own, a warm-up, and the load. */
async function reportsPerCpuSecond(rounds: number): Promise<number> {
  await using carbon = new HelperProcess("carbon/sim_server.ts");
  await using server = new HelperProcess("broker/sim_server.ts");
  await using monitor = new HelperProcess("monitor/monitor_process.ts");
  await using load = new HelperProcess("monitor/load_process.ts");
  const ports = await carbon.ask<CarbonAnswer>({ schemas: SCHEMAS });
  const accounts = [["mon", PASSWORD], ["jm", PASSWORD]];
  const { port } = await server.ask<{ port: number }>({ domain: DOMAIN, accounts });
  const places = { xmppPort: port, carbonPort: ports.carbonPort, password: PASSWORD };
  const start: MonitorQuestion = { ...places, jid: `mon@${DOMAIN}` };
  const { jid } = await monitor.ask<{ jid: string }>(start);
  const who = { port, domain: DOMAIN, user: "jm", password: PASSWORD, monitor: jid };
  const send = (count: number) => load.ask({ ...who, rounds: count } satisfies LoadQuestion);
  const warmUp = Math.ceil(rounds / 4);
  await send(warmUp);
  const before = await cpuSeconds(monitor.pid);
  await send(rounds);
  const used = await cpuSeconds(monitor.pid) - before;
  await monitor.ask({});
  const [sent, kept] = [(warmUp + rounds) * ADDED_UP_OF_ROUND, await eventsIn(ports.graphitePort)];
  if (kept !== sent) {
    throw new Error(`Cannot trust the run: ${kept} of ${sent} reports are in Carbon`);
  }
  return rounds * EVENTS_OF_ROUND / used;
}

async function measure({ runs, mode, signal, progress }: BenchContext): Promise<readonly Row[]> {
  await using resources = new AsyncDisposableStack();
  const name = `${await nameWithVersion("carbon-cache", "graphite-carbon")}, lines taken in`;
  let cache: MeasuredCarbon | undefined;
  if (hasGraphite) {
    const schemas = "[all]\npattern = .*\nretentions = 10:360\n";
    const programs = resources.use(await startGraphite({ schemas, rules: "", web: false }));
    cache = { port: programs.carbonPort, pid: programs.carbonPid };
  }
  progress(`${ROUNDS[mode]} rounds of ${EVENTS_OF_ROUND} reports`);
  const { ours = [], theirs = [] } = await inRounds<string>(runs, {
    ours: () => reportsPerCpuSecond(ROUNDS[mode]),
    ...cache && {
      theirs: linesPerCpuSecond(cache, CACHE_POINTS[mode], { untilStored: false }),
    },
  }, signal);
  return [{
    what: "monitor: reports taken from XMPP into Carbon",
    unit: "reports/CPU-s",
    better: "more",
    ours,
    floor: FLOOR,
    peers: [{ name, samples: theirs, ...(cache ? {} : { skipped: "not installed" }) }],
    note:
      "Every report is found again in sim/carbon. carbon-cache's figure is its own limit: the lines " +
      "that it takes, not a monitor's work; the monitor adds reports up and sends it far fewer lines.",
  }];
}

/** Reports through the monitor. */
export const monitor: Bench = {
  name: "monitor",
  about: "reports through the monitor for a second of its processor, none lost",
  measure,
};
