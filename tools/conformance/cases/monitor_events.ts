/**
 * Monitors (report 2.2.5, 2.3): what becomes of events, durations and readings on the way to Carbon.
 *
 * @module
 */
import { againstMonitor } from "../case.ts";
import type { MonitorStage } from "../stage.ts";
import { must, mustEqual } from "../verdict.ts";
import {
  afterFlush,
  FLUSHED_MS,
  mustCount,
  reportDuration,
  reportEvent,
  reportValue,
  series,
  takenIn,
  total,
  UPDATES,
} from "./_monitor_side.ts";

const NEEDS = ["carbon"] as const;
const FLUSHES = "measured: trace monitor-real-perl-monitor; flushed every 10 s";
/** How far the clocks of the suite and the monitor may be apart. */
const SKEW_SECONDS = 300;
/** What every line looks like. */
const LINE = /^copilot(?:\.[^\s.]+)+ -?\d+(?:\.\d+)?(?:e[-+]?\d+)? \d{9,11}$/i;

const COUNTERS = againstMonitor([
  {
    id: "monitor/event/1",
    level: "MUST",
    rule: "An event is counted and sent to Carbon as copilot.COMPONENT.EVENT.",
    source: "report 2.3.1; trace monitor-real-perl-monitor",
    needs: NEEDS,
    run: async (stage) => {
      reportEvent(stage, "job.start");
      mustEqual(total(await mustCount(stage, "job.start", 1)), 1, "Sum of the counter");
    },
  },
  {
    id: "monitor/event/2",
    level: "MUST",
    rule: "Events of a name are added up between two flushes: one line, not one for each.",
    source: FLUSHES,
    needs: NEEDS,
    run: async (stage) => {
      await afterFlush(stage);
      for (let n = 0; n < 5; n++) reportEvent(stage, "error.emptyQueue");
      const lines = await mustCount(stage, "error.emptyQueue", 5);
      mustEqual(lines.map(({ value }) => value), [5], "Values of the lines");
    },
  },
  {
    id: "monitor/event/3",
    level: "MUST",
    rule: "After a flush a counter begins anew, and one without events is not sent.",
    source: FLUSHES,
    needs: NEEDS,
    run: async (stage) => {
      reportEvent(stage, "job.start");
      await mustCount(stage, "job.start", 1);
      await afterFlush(stage);
      mustEqual(stage.carbon.of(series(stage, "job.start")).length, 1, "Lines of the counter");
      reportEvent(stage, "job.start");
      mustEqual(total(await mustCount(stage, "job.start", 2)), 2, "Sum of the counter");
    },
  },
  {
    id: "monitor/event/4",
    level: "MUST",
    rule: "Events of two components and of two names are counted apart.",
    source: "report 2.3.1",
    needs: NEEDS,
    run: async (stage) => {
      const other = `${stage.component}-2`;
      reportEvent(stage, "job.start");
      reportEvent(stage, "job.end");
      reportEvent(stage, "job.start", other);
      await mustCount(stage, "job.start", 1);
      await mustCount(stage, "job.end", 1);
      const lines = await stage.carbon.hear(`copilot.${other}.job.start`, FLUSHED_MS);
      mustEqual(total(lines), 1, "Sum of the other component's counter");
      mustEqual(total(stage.carbon.of(series(stage, "job.start"))), 1, "Sum of the counter");
    },
  },
  {
    id: "monitor/event/5",
    level: "MUST",
    rule: "A flush comes every ten seconds.",
    source: FLUSHES,
    needs: NEEDS,
    run: async (stage) => {
      await afterFlush(stage);
      await afterFlush(stage);
      const [before, last] = stage.carbon.of(UPDATES).slice(-2);
      const seconds = Number(last?.time) - Number(before?.time);
      must(seconds >= 9 && seconds <= 12, `Two flushes are ${seconds} s apart`);
    },
  },
]);

const READINGS = againstMonitor([
  {
    id: "monitor/value/1",
    level: "MUST",
    rule: "A reading is sent on at once, each in a line of its own.",
    source: "measured: trace monitor-real-perl-monitor",
    needs: NEEDS,
    run: async (stage) => {
      await afterFlush(stage);
      const flushes = stage.carbon.of(UPDATES).length;
      reportValue(stage, "queuedJobs", "3");
      reportValue(stage, "queuedJobs", "4");
      const two = (lines: readonly unknown[]) => lines.length >= 2;
      const lines = await stage.carbon.hear(series(stage, "queuedJobs"), FLUSHED_MS, two);
      mustEqual(lines.map(({ value }) => value), [3, 4], "Values of the lines");
      mustEqual(stage.carbon.of(UPDATES).length, flushes, "Flushes meanwhile, with none due,");
    },
  },
  {
    id: "monitor/value/2",
    level: "MUST",
    rule: "A reading may be negative or a fraction.",
    source: "measured: system.net.out is negative, system.load a fraction",
    needs: NEEDS,
    run: async (stage) => {
      reportValue(stage, "system.net.out.eth0", "-0.25");
      const path = series(stage, "system.net.out.eth0");
      const [line] = await stage.carbon.hear(path, stage.patience.answerMs);
      mustEqual(line?.value, -0.25, "Value");
    },
  },
  {
    id: "monitor/value/3",
    level: "SHOULD",
    rule: "A reading that is no number makes no line.",
    source: "design: what comes from the wire cannot break a line",
    needs: NEEDS,
    run: async (stage) => {
      for (const value of ["many", "", "NaN", "1 2", "0x10"]) reportValue(stage, "wrong", value);
      await takenIn(stage);
      mustEqual(stage.carbon.of(series(stage, "wrong")), [], "Lines");
    },
  },
]);

/** Reports durations in one flush, and hears what they have become. */
async function durations(stage: MonitorStage, seconds: readonly string[]) {
  await afterFlush(stage);
  for (const duration of seconds) reportDuration(stage, "job.succeeded", duration);
  const value = async (name: string) => {
    const path = `${series(stage, "job.succeeded")}.${name}`;
    const lines = await stage.carbon.hear(path, 2 * FLUSHED_MS);
    return lines[0]?.value ?? NaN;
  };
  return {
    avg: await value("avg"),
    min: await value("min"),
    max: await value("max"),
    gmean: await value("gmean"),
    count: await value("count"),
  };
}

function mustBeAbout(actual: number, expected: number, what: string): void {
  must(Math.abs(actual - expected) < 1e-6, `${what} is ${actual} and should be ${expected}`);
}

const DURATIONS = againstMonitor([
  {
    id: "monitor/duration/1",
    level: "MUST",
    rule: "Durations are sent as avg, min, max, gmean and count of what came since the last flush.",
    source: "report 2.3.1; trace monitor-real-perl-monitor",
    needs: NEEDS,
    run: async (stage) => {
      const { avg, min, max, gmean, count } = await durations(stage, ["60", "240"]);
      mustEqual(count, 2, "count");
      mustBeAbout(avg, 2.5, "avg");
      mustBeAbout(min, 1, "min");
      mustBeAbout(max, 4, "max");
      mustBeAbout(gmean, 2, "gmean");
    },
  },
  {
    id: "monitor/duration/2",
    level: "MUST",
    rule: "A duration comes in seconds and is sent in minutes.",
    source: "measured: 10 s are 0.1666 (the report speaks of milliseconds)",
    needs: NEEDS,
    run: async (stage) => mustBeAbout((await durations(stage, ["10"])).avg, 1 / 6, "avg"),
  },
  {
    id: "monitor/duration/3",
    level: "MUST",
    rule: "A duration of 0 counts, and makes the geometric mean 0.",
    source: "measured: trace monitor-real-perl-monitor",
    needs: NEEDS,
    run: async (stage) => {
      const { min, gmean, count } = await durations(stage, ["0", "60"]);
      mustEqual([min, gmean, count], [0, 0, 2], "min, gmean and count");
    },
  },
  {
    id: "monitor/duration/4",
    level: "SHOULD",
    rule: "The geometric mean of a hundred long durations is still right.",
    source: "design: their product leaves the range of numbers",
    needs: NEEDS,
    run: async (stage) => {
      const { gmean, count } = await durations(stage, Array(100).fill("600000"));
      mustEqual(count, 100, "count");
      must(Math.abs(gmean - 10_000) < 0.01, `gmean is ${gmean} and should be 10000`);
    },
  },
  {
    id: "monitor/duration/5",
    level: "SHOULD",
    rule: "A duration that is negative or no number makes no line.",
    source: "design: what comes from the wire cannot break a line",
    needs: NEEDS,
    run: async (stage) => {
      for (const duration of ["-1", "long", "", "1e999"]) reportDuration(stage, "wrong", duration);
      await afterFlush(stage);
      await afterFlush(stage);
      const begin = series(stage, "wrong");
      mustEqual(stage.carbon.lines.filter(({ path }) => path.startsWith(begin)), [], "Lines");
    },
  },
]);

const LINES = againstMonitor([
  {
    id: "monitor/line/1",
    level: "MUST",
    rule: "Every line is `path value seconds`, and its second is that of the event.",
    source: "measured: trace monitor-real-perl-monitor",
    needs: NEEDS,
    run: async (stage) => {
      reportValue(stage, "queuedJobs", "7");
      const path = series(stage, "queuedJobs");
      const [line] = await stage.carbon.hear(path, stage.patience.answerMs);
      must(LINE.test(line?.text ?? ""), `The line is ${JSON.stringify(line?.text)}`);
      const late = Math.abs(Number(line?.time) - stage.clock.now() / 1000);
      must(late < SKEW_SECONDS, `Its second is ${line?.time}, which is ${late} s off`);
    },
  },
  {
    id: "monitor/line/2",
    level: "SHOULD",
    rule: "A name with blanks, line ends or other signs slips no line and no series in.",
    source: "design: names come from the wire",
    needs: NEEDS,
    run: async (stage) => {
      const evil = `copilot.${stage.component}-evil`;
      for (const event of [`a 1 1\n${evil}`, `a\r\n${evil} 1 1`, `a\t1`, "../../a", "a;b=c"]) {
        reportValue(stage, event, "1");
      }
      await takenIn(stage);
      const own = stage.carbon.lines.filter(({ text }) => text.includes(stage.component));
      const wrong = own.filter(({ text }) => !LINE.test(text)).map(({ text }) => text);
      mustEqual(wrong, [], "Lines that are none");
      mustEqual(own.filter(({ path }) => path === evil), [], "Lines that slipped in");
    },
  },
  {
    id: "monitor/line/3",
    level: "SHOULD",
    rule: "No JID and no id of a job becomes part of a series' name.",
    source: "report 2.3.1: a tree of components; design: series must not grow for ever",
    needs: NEEDS,
    run: async (stage) => {
      reportValue(stage, `agent@${stage.component}/resource`, "1");
      reportValue(stage, `job.${stage.uuid}.start`, "1");
      await takenIn(stage);
      const own = stage.carbon.lines.filter(({ path }) => path.includes(stage.component));
      const wrong = own.filter(({ path }) => /[@/]|[\da-f]{8}-/.test(path)).map(({ text }) => text);
      mustEqual(wrong, [], "Lines");
    },
  },
  {
    id: "monitor/updates/1",
    level: "MUST",
    rule: "copilot.monitor.updates comes with every flush, also when nothing was reported.",
    source: FLUSHES,
    needs: NEEDS,
    run: afterFlush,
  },
  {
    id: "monitor/updates/2",
    level: "MUST",
    rule: "copilot.monitor.updates is the number of counters and kinds of durations of the flush.",
    source: "measured: trace monitor-real-perl-monitor",
    needs: NEEDS,
    run: async (stage) => {
      await afterFlush(stage);
      for (const event of ["a", "a", "b"]) reportEvent(stage, event);
      reportDuration(stage, "c", "1");
      const [counted] = await stage.carbon.hear(series(stage, "a"), FLUSHED_MS);
      const flush = (lines: readonly { readonly time: string }[]) =>
        lines.some(({ time }) => Number(time) >= Number(counted?.time));
      const updates = (await stage.carbon.hear(UPDATES, stage.patience.answerMs, flush)).at(-1);
      // Others may report, too.
      must((updates?.value ?? 0) >= 3, `It is ${updates?.value} and should be 3 or more`);
    },
  },
]);

/** All of them. */
export const MONITOR_EVENT_CASES = [...COUNTERS, ...READINGS, ...DURATIONS, ...LINES];
