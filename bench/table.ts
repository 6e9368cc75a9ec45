/**
 * The table of a report, for people.
 *
 * @module
 */
import { type Column, paint, print, printLine, table, type TableOptions } from "../lib/cli.ts";
import type { BenchReport, Figure, PeerReport, RowReport } from "./report.ts";

/** One line of the table: a row beside one of its peers. */
interface Line {
  readonly row: RowReport;
  readonly peer: PeerReport | undefined;
  /** Whether the row's own columns are shown: once, at its first peer. */
  readonly isFirst: boolean;
}

const SUFFIXES: readonly (readonly [number, string])[] = [[1e9, " G"], [1e6, " M"], [1e3, " k"]];

/** Writes a figure with three digits that count, such as `1.23 k`. */
export function shortNumber(value: number): string {
  const [unit = 1, suffix = ""] = SUFFIXES.find(([unit]) => Math.abs(value) >= unit) ?? [];
  return `${Number((value / unit).toPrecision(3))}${suffix}`;
}

function figureText(figure: Figure | undefined): string {
  if (figure === undefined) return "not measured";
  const { median, spread, samples } = figure;
  const scatter = samples.length < 2 ? "" : ` ±${Math.ceil(spread * 100)} %`;
  return `${shortNumber(median)}${scatter}`;
}

function floorText({ row, peer, isFirst }: Line): string {
  const own = row.floor === undefined || !isFirst
    ? []
    : [`${row.better === "more" ? "≥" : "≤"} ${shortNumber(row.floor)}`];
  return [...own, ...(peer?.floor === undefined ? [] : [`${peer.floor}×`])].join(", ");
}

/** Whether the floors that this line shows are reached; `undefined` where there are none to try. */
function verdict({ row, peer, isFirst }: Line): boolean | undefined {
  const { floor, ours } = row;
  const own = floor === undefined || ours === undefined || !isFirst
    ? []
    : [row.better === "more" ? ours.median >= floor : ours.median <= floor];
  const verdicts = [...own, ...(peer?.reached === undefined ? [] : [peer.reached])];
  return verdicts.length === 0 ? undefined : verdicts.every((reached) => reached);
}

function verdictText(line: Line): string {
  const reached = verdict(line);
  return reached === undefined ? "" : reached ? "reached" : "MISSED";
}

const columns: readonly Column<Line>[] = [
  { title: "what", value: ({ row, isFirst }) => isFirst ? row.what : "" },
  { title: "unit", value: ({ row, isFirst }) => isFirst ? row.unit : "" },
  {
    title: "ours",
    value: ({ row, isFirst }) => isFirst ? figureText(row.ours) : "",
    align: "right",
  },
  { title: "beside", value: ({ peer }) => peer?.name },
  {
    title: "its figure",
    value: ({ peer }) => peer?.figure === undefined ? peer?.skipped : figureText(peer.figure),
    align: "right",
  },
  {
    title: "times",
    value: ({ peer }) => peer?.times === undefined ? "" : `${shortNumber(peer.times)}×`,
    align: "right",
  },
  { title: "floor", value: floorText, align: "right" },
  {
    title: "verdict",
    value: verdictText,
    style: (line) => verdict(line) === false ? "red" : "green",
  },
];

function linesOf(row: RowReport): Line[] {
  if (row.peers.length === 0) return [{ row, peer: undefined, isFirst: true }];
  return row.peers.map((peer, index) => ({ row, peer, isFirst: index === 0 }));
}

/** The rows as a table. */
export function reportTable({ rows }: Pick<BenchReport, "rows">, options?: TableOptions): string {
  return table(rows.flatMap(linesOf), columns, options);
}

/** What stands below the table; the same note of several rows once. */
function notesOf({ rows }: BenchReport): ReadonlySet<string> {
  const notes = rows.flatMap(({ bench, note }) => note === undefined ? [] : [`${bench}: ${note}`]);
  const sources = rows.flatMap(({ peers }) => peers).flatMap(({ name, source }) => {
    return source === undefined ? [] : [`${name}: ${source}`];
  });
  return new Set([...notes, ...sources]);
}

/** Prints the report: machine and settings, the table, notes. */
export function printReport(report: BenchReport): void {
  const { machine, mode, runs } = report;
  const memory = `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`;
  printLine(`${machine.processor}, ${machine.cores} cores, ${memory}; ${machine.kernel}`);
  printLine(
    `${machine.runtime}; mode ${mode}, ${runs} runs of each in turn; load before: ` +
      machine.load.toFixed(1),
  );
  printLine("");
  print(reportTable(report));
  printLine("");
  printLine(
    "Medians of the runs, ± half the distance of the quartiles. Times: above 1, ours is better.",
  );
  for (const note of notesOf(report)) printLine(note);
  for (const line of verdictLines(report)) printLine(line);
}

function verdictLines({ rows, failed, reached }: BenchReport): string[] {
  if (reached) return [paint("Every floor that was tried is reached", "green")];
  const missed = rows.filter(({ reached }) => !reached).length;
  return [
    ...(missed === 0 ? [] : [paint(`Rows that miss a floor: ${missed}`, "red")]),
    ...(failed.length === 0 ? [] : [paint(`Benches that failed: ${failed.join(", ")}`, "red")]),
  ];
}
