/**
 * Results for people at a terminal.
 *
 * @module
 */
import { paint, printLine, type Style, wantsColours } from "../../../lib/cli.ts";
import { escapeControls } from "../../../lib/log.ts";
import type { ConformanceCase } from "../case.ts";
import type { CaseResult, RunResult, Status } from "../result.ts";

const MARKS: Readonly<Record<Status, readonly [mark: string, style: Style]>> = {
  passed: ["✔", "green"],
  failed: ["✘", "red"],
  known: ["≠", "yellow"],
  skipped: ["–", "dim"],
};

/** Prints results as they come, under a heading for each topic. */
export class TextReport {
  #topic = "";

  /** Prints one result; what passed takes one line, what did not also says why. */
  add(result: CaseResult): void {
    const topic = result.id.replace(/\/[^/]*$/, "");
    if (topic !== this.#topic) printLine(`\n${paint(topic, "bold")}`);
    this.#topic = topic;
    const [mark, style] = MARKS[result.status];
    const number = result.id.slice(topic.length + 1).padStart(2);
    const level = result.level === "SHOULD" ? paint(" (should)", "dim") : "";
    const rule = result.status === "skipped" ? paint(result.rule, "dim") : result.rule;
    printLine(`  ${paint(mark, style)} ${number}  ${rule}${level}`);
    if (result.status === "passed") return;
    if (result.status !== "skipped") printLine(paint(`        ${result.source}`, "dim"));
    printLine(paint(`        ${escapeControls(result.message)}`, style));
  }
}

/** Prints the last lines of a run. */
export function printSummary(run: RunResult): void {
  const colours = wantsColours();
  const part = (count: number, word: string, style: Style) =>
    count === 0 ? [] : [paint(`${count} ${word}`, style, colours)];
  const parts = [
    ...part(run.passed, "passed", "green"),
    ...part(run.failed, "failed", "red"),
    ...part(run.known, run.known === 1 ? "known difference" : "known differences", "yellow"),
    ...part(run.skipped, "skipped", "dim"),
  ];
  printLine(
    `\n${run.cases} ${run.cases === 1 ? "case" : "cases"} against ${run.implementation}: ${
      parts.join(", ")
    } ` +
      `in ${run.seconds.toFixed(1)} s`,
  );
  const reasons = Map.groupBy(
    run.results.filter(({ status }) => status === "skipped"),
    ({ message }) => message,
  );
  for (const [reason, results] of reasons) {
    printLine(paint(`  ${results.length} skipped: ${escapeControls(reason)}`, "dim", colours));
  }
  for (const key of run.leftovers) printLine(`Could not remove ${escapeControls(key)}`);
}

/** Prints the cases, a line each. */
export function printCases(cases: readonly ConformanceCase[]): void {
  const width = cases.reduce((widest, { id }) => Math.max(widest, id.length), 0);
  for (const { id, level, against, rule, source, slow } of cases) {
    const marks = `${level.padEnd(6)} ${against.padEnd(10)}`;
    printLine(`${id.padEnd(width)}  ${marks} ${rule} [${source}]${slow ? " (slow)" : ""}`);
  }
  printLine(`${cases.length} cases`);
}
