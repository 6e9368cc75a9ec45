/**
 * Answers as tables and as JSON.
 *
 * @module
 */
import { type Column, table } from "../../lib/cli.ts";
import { escapeControls } from "../../lib/log/escape.ts";
import type { StatusComponent } from "../../lib/messaging/heartbeat_status.ts";
import { parseStatus, type StatusRows } from "./readings.ts";
import type { Answer, Question, RoundResult, Silence } from "./round.ts";

/** A line of a table: one row of somebody's answer. */
interface Line<Row> {
  readonly label: string;
  /** `undefined` for an answer that says nothing. */
  readonly row: Row | undefined;
}

const UNITS = ["MiB", "GiB", "TiB", "PiB"] as const;

/** A size as people read it: `512 MiB`, `252.0 GiB`. */
function sizeText(mebibytes: number | undefined): string | undefined {
  if (mebibytes === undefined) return undefined;
  let size = mebibytes;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}

function right<Row>(title: string, text: (row: Row) => string | undefined): Column<Line<Row>> {
  return { ...left(title, text), align: "right" };
}

function left<Row>(title: string, text: (row: Row) => string | undefined): Column<Line<Row>> {
  return { title, value: ({ row }) => row === undefined ? undefined : text(row) };
}

const COLUMNS: { readonly [C in StatusComponent]: readonly Column<Line<StatusRows[C]>>[] } = {
  systemLoad: [
    right("1min", ({ oneMinute }) => oneMinute?.toFixed(2)),
    right("5min", ({ fiveMinutes }) => fiveMinutes?.toFixed(2)),
    right("15min", ({ fifteenMinutes }) => fifteenMinutes?.toFixed(2)),
  ],
  diskUsage: [
    left("Path", ({ path }) => path),
    right("Size", ({ totalMiB }) => sizeText(totalMiB)),
    right("Used", ({ usedMiB }) => sizeText(usedMiB)),
    right("Available", ({ availableMiB }) => sizeText(availableMiB)),
    right("Used%", ({ usedPercent }) => usedPercent === undefined ? undefined : `${usedPercent}%`),
    left("Mount point", ({ mountPoint }) => mountPoint),
  ],
  memoryUsage: [
    left("Memory", ({ memory }) => memory),
    right("Used", ({ usedMiB }) => sizeText(usedMiB)),
    right("Available", ({ availableMiB }) => sizeText(availableMiB)),
  ],
  runningProcesses: [
    right("CPU%", ({ cpuPercent }) => cpuPercent?.toFixed(1)),
    right("Memory%", ({ memoryPercent }) => memoryPercent?.toFixed(1)),
    right(
      "Resident",
      ({ residentKiB }) => residentKiB === undefined ? undefined : sizeText(residentKiB / 1024),
    ),
    right("Time", ({ time }) => time),
    left("Command", ({ command }) => command),
  ],
};

/** Heading of the first column, as the original's. */
const NAME_TITLE = "Room nick";

/**
 * Lays out the answers to a question (report, listing 4.22).
 *
 * @param question What was asked.
 * @param result The answers.
 * @param colours Whether headings are bold. Default: on a terminal.
 * @returns The table; empty where nobody has answered.
 */
export function answerTable(question: Question, result: RoundResult, colours?: boolean): string {
  const answers = result.answers.toSorted((one, other) =>
    one.target.label < other.target.label ? -1 : 1
  );
  if (answers.length === 0) return "";
  const options = colours === undefined ? {} : { colours };
  return question === "list"
    ? table(answers, listColumns(answers), options)
    : statusTable(question, answers, options);
}

function listColumns(answers: readonly Answer[]): readonly Column<Answer>[] {
  const columns: Column<Answer>[] = [
    { title: NAME_TITLE, value: ({ target }) => target.label },
    { title: "Answer", value: ({ afterMs }) => `${Math.round(afterMs)} ms`, align: "right" },
  ];
  // Most rooms hide who is behind a nick.
  const known = answers.some(({ jid }) => jid !== undefined);
  return known ? [...columns, { title: "JID", value: ({ jid }) => jid }] : columns;
}

function statusTable<C extends StatusComponent>(
  component: C,
  answers: readonly Answer[],
  options: { readonly colours?: boolean },
): string {
  const lines = answers.flatMap(({ target: { label }, status }): Line<StatusRows[C]>[] => {
    const rows = parseStatus(component, status);
    return rows.length === 0 ? [{ label, row: undefined }] : rows.map((row) => ({ label, row }));
  });
  const columns: readonly Column<Line<StatusRows[C]>>[] = COLUMNS[component];
  return table(lines, [{ title: NAME_TITLE, value: ({ label }) => label }, ...columns], options);
}

/**
 * The answers to a question as an object; sizes are numbers in the units of their names.
 *
 * @param question What was asked.
 * @param result The answers.
 */
export function answerObject(question: Question, result: RoundResult): Record<string, unknown> {
  return {
    question,
    answers: result.answers.map(({ target, jid, afterMs, status }) => ({
      ...nameOf(target),
      ...(jid === undefined ? {} : { jid }),
      afterMs: Math.round(afterMs),
      ...(question === "list" ? {} : { [question]: parseStatus(question, status) }),
    })),
    silent: result.silent.map(({ target, reason }) => ({ ...nameOf(target), reason })),
  };
}

function nameOf({ address, nick }: Answer["target"]): { address: string; nick?: string } {
  return nick === undefined ? { address } : { address, nick };
}

/**
 * Names who has not answered, and why, one line for each reason.
 *
 * @param silent Who has not.
 * @param timeoutMs How long was waited, in milliseconds.
 */
export function silenceLines(silent: readonly Silence[], timeoutMs: number): string[] {
  return [...Map.groupBy(silent, ({ reason }) => reason)].map(([reason, group]) => {
    const names = group.map(({ target }) => escapeControls(target.label)).join(", ");
    return reason === "no answer"
      ? `No answer within ${timeoutMs / 1000} s: ${names}`
      : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}: ${names}`;
  });
}
