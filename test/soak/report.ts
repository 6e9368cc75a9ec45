/**
 * What a soak found, for people.
 *
 * @module
 */
import { paint, print, printLine, table } from "../../lib/cli.ts";
import type { SeriesVerdict, SoakResult } from "./run_soak.ts";
import type { ReadingKind } from "./target.ts";

/** Kinds that are counted in bytes, shown in KiB. */
const IN_BYTES: ReadonlySet<ReadingKind> = new Set(["heap", "rss"]);

function shown(kind: ReadingKind, value: number): string {
  return IN_BYTES.has(kind) ? `${(value / 1024).toFixed(1)} KiB` : `${Number(value.toFixed(3))}`;
}

/** The table of a target's series. */
export function seriesTable(series: readonly SeriesVerdict[]): string {
  return table(series, [
    { title: "what", value: ({ name }) => name },
    { title: "samples", value: ({ samples }) => samples },
    { title: "first", value: ({ kind, first }) => shown(kind, first), align: "right" },
    { title: "last", value: ({ kind, last }) => shown(kind, last), align: "right" },
    { title: "a round", value: ({ kind, slope }) => shown(kind, slope), align: "right" },
    { title: "at least", value: ({ kind, atLeast }) => shown(kind, atLeast), align: "right" },
    { title: "limit", value: ({ kind, limit }) => shown(kind, limit), align: "right" },
    {
      title: "verdict",
      value: ({ leaks }) => leaks ? "GROWS" : "steady",
      style: ({ leaks }) => leaks ? "red" : "green",
    },
  ]);
}

/** Prints what became of a target. */
export function printSoak({ target, rounds, series, leaks }: SoakResult): void {
  printLine(`\n${target}: ${rounds} rounds`);
  print(seriesTable(series));
  const growing = series.filter(({ leaks }) => leaks).map(({ name }) => name);
  printLine(
    leaks ? paint(`${target} grows: ${growing.join(", ")}`, "red") : `${target}: nothing grows`,
  );
}
