/**
 * The summary of a load test on the terminal.
 *
 * @module
 */
import { escapeControls } from "../../lib/log/escape.ts";
import { paint, print, table, wantsColours } from "../../lib/cli.ts";
import { type LatencySummary, type LoadResult, PHASES } from "../../sim/load/mod.ts";
import { numberText, sizeText, timeText } from "./figures.ts";
import type { ThresholdResult } from "./threshold.ts";

/** What each phase is. */
export const PHASE_WORDS = {
  offer: "want_getJob → have_getJob",
  lease: "want_getJob → runJob",
  store: "want_getJobOutputDir → storeJobOutputDir",
  done: "jobDone → ack",
  job: "want_getJob → ack of jobDone",
} as const;

/** Blanks before names, and the width of their column with its dots. */
const INDENT = "  ";
const NAME_WIDTH = 18;

/**
 * Prints what came of a load test: thresholds with a tick or a cross, then all figures.
 *
 * @param result The result.
 * @param thresholds What came of the thresholds.
 */
export function printSummary(result: LoadResult, thresholds: readonly ThresholdResult[]): void {
  print(summaryText(result, thresholds, wantsColours()));
}

/**
 * Writes the summary.
 *
 * @param result The result.
 * @param thresholds What came of the thresholds.
 * @param colours Whether to use colours.
 * @returns Its lines.
 */
export function summaryText(
  result: LoadResult,
  thresholds: readonly ThresholdResult[],
  colours: boolean,
): string {
  const heading = (text: string) => `\n${paint(text, "bold", colours)}\n`;
  const parts = [
    ...thresholds.length === 0 ? [] : [
      heading("Thresholds"),
      ...thresholds.map((one) => thresholdLine(one, colours)),
    ],
    heading("Jobs"),
    ...jobLines(result, colours),
    heading("Times"),
    latencyTable(result, colours),
    heading("Machine"),
    ...machineLines(result),
    ...result.problem === null ? [] : [
      heading("Last error"),
      `${INDENT}${paint(escapeControls(result.problem), "red", colours)}\n`,
    ],
    ...result.violations.length === 0 ? [] : [
      heading("Violations"),
      ...result.violations.map(({ invariant, detail }) =>
        `${INDENT}${paint("✗", "red", colours)} ${invariant}: ${detail}\n`
      ),
    ],
  ];
  return `${parts.join("")}\n`;
}

function thresholdLine(
  { threshold, metric, value, ok }: ThresholdResult,
  colours: boolean,
): string {
  const mark = ok ? paint("✓", "green", colours) : paint("✗", "red", colours);
  return `${INDENT}${mark} ${threshold.padEnd(28)} ${metricText(metric, value)}\n`;
}

/** A figure that a threshold is about. */
export function metricText(metric: string, value: number): string {
  if (/_(mean|p\d+|max)$/.test(metric)) return timeText(value);
  return metric === "rss" ? sizeText(value) : numberText(value);
}

function line(name: string, value: string): string {
  return `${INDENT}${`${name} `.padEnd(NAME_WIDTH, ".")}: ${value}\n`;
}

function jobLines(result: LoadResult, colours: boolean): string[] {
  const { jobs, succeeded, failed, unfinished, requeued, reexecuted, lost, duplicated } = result;
  const bad = (count: number) =>
    count === 0 ? numberText(count) : paint(numberText(count), "red", colours);
  const rate = `${numberText(result.jobsPerSecond)} jobs/s`;
  return [
    line("submitted", `${numberText(jobs)} for ${numberText(result.agents)} agents`),
    line("ended", `${numberText(succeeded + failed)} at ${paint(rate, "bold", colours)}`),
    line("succeeded", numberText(succeeded)),
    line("failed", numberText(failed)),
    ...unfinished === 0 ? [] : [line("unfinished", numberText(unfinished))],
    line("requeued", `${numberText(requeued)}, run twice ${numberText(reexecuted)}`),
    line("lost", `${bad(lost)}, ended twice ${bad(duplicated)}`),
    ...result.rolledBack === 0 ? [] : [line("rolled back", numberText(result.rolledBack))],
  ];
}

function latencyTable({ latencies }: LoadResult, colours: boolean): string {
  const cell = (key: keyof LatencySummary) => (phase: typeof PHASES[number]) =>
    timeText(latencies[phase][key]);
  const column = (title: keyof LatencySummary) => ({
    title,
    value: cell(title),
    align: "right" as const,
  });
  const text = table(PHASES, [
    { title: "phase", value: (phase) => phase },
    { title: "count", value: (phase) => numberText(latencies[phase].count), align: "right" },
    ...(["mean", "p50", "p90", "p95", "p99", "max"] as const).map(column),
    { title: "from → to", value: (phase) => PHASE_WORDS[phase] },
  ], { colours });
  return text.replaceAll(/^(?=.)/gm, INDENT);
}

function machineLines(result: LoadResult): string[] {
  const { seconds, virtualSeconds, stanzas, cpuSeconds, rssBytes, eventHash, faults } = result;
  const cpu = Object.entries(cpuSeconds)
    .map(([kind, used]) => `${kind} ${numberText(used)} s`).join(", ");
  const isVirtual = eventHash !== null;
  const time = isVirtual
    ? `${timeText(virtualSeconds * 1000)} in ${timeText(seconds * 1000)} ` +
      `(${numberText(Math.round(virtualSeconds / seconds))} times as fast)`
    : timeText(seconds * 1000);
  return [
    line("time", time),
    line("stanzas", `${numberText(stanzas)} at ${numberText(Math.round(stanzas / seconds))}/s`),
    line("CPU", cpu),
    line("memory", sizeText(rssBytes)),
    ...faults === 0 ? [] : [line(isVirtual ? "faults" : "agents died", numberText(faults))],
    ...isVirtual ? [line("event hash", `${eventHash} (seed ${result.seed})`)] : [],
  ];
}
