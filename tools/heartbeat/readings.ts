/**
 * Status answers of components, ours and the original's, as rows with units.
 *
 * @module
 */
import { parseHashString } from "../../lib/protocol/hash_string.ts";
import type { StatusComponent } from "../../lib/messaging/heartbeat_status.ts";

/** Load averages of a machine. */
export interface LoadRow {
  readonly oneMinute: number | undefined;
  readonly fiveMinutes: number | undefined;
  readonly fifteenMinutes: number | undefined;
}

/** A disk of a machine. */
export interface DiskRow {
  readonly path: string;
  readonly mountPoint: string;
  readonly totalMiB: number | undefined;
  readonly usedMiB: number | undefined;
  readonly availableMiB: number | undefined;
  readonly usedPercent: number | undefined;
}

/** A kind of memory: `mem` or `swap`. */
export interface MemoryRow {
  readonly memory: string;
  readonly usedMiB: number | undefined;
  readonly availableMiB: number | undefined;
}

/** A process of a machine. */
export interface ProcessRow {
  readonly cpuPercent: number | undefined;
  readonly memoryPercent: number | undefined;
  readonly residentKiB: number | undefined;
  readonly time: string;
  readonly command: string;
}

/** Rows of each status. */
export interface StatusRows {
  readonly systemLoad: LoadRow;
  readonly diskUsage: DiskRow;
  readonly memoryUsage: MemoryRow;
  readonly runningProcesses: ProcessRow;
}

/** Lines of a status at most; whoever sends more is not trusted with our memory. */
const MOST_ROWS = 10_000;
const KIB_PER_MIB = 1024;

/** The columns of a status: lists of equal length, a list of one as a text. */
type Columns = (row: number, name: string) => string;

const READERS: { readonly [C in StatusComponent]: (cell: Columns, row: number) => StatusRows[C] } =
  {
    systemLoad: (cell, row) => ({
      oneMinute: numberOf(cell(row, "1min")),
      fiveMinutes: numberOf(cell(row, "5min")),
      fifteenMinutes: numberOf(cell(row, "15min")),
    }),
    diskUsage: (cell, row) => ({
      path: cell(row, "path"),
      mountPoint: cell(row, "mountpoint"),
      totalMiB: mebibytesOf(cell(row, "totalBlocks")),
      usedMiB: mebibytesOf(cell(row, "used")),
      availableMiB: mebibytesOf(cell(row, "available")),
      usedPercent: numberOf(cell(row, "used%").replace(/%$/, "")),
    }),
    memoryUsage: (cell, row) => ({
      memory: cell(row, "memory"),
      usedMiB: mebibytesOf(cell(row, "used")),
      availableMiB: mebibytesOf(cell(row, "available")),
    }),
    runningProcesses: (cell, row) => ({
      cpuPercent: numberOf(cell(row, "%cpu")),
      memoryPercent: numberOf(cell(row, "%mem")),
      residentKiB: numberOf(cell(row, "rss")),
      time: cell(row, "time"),
      command: cell(row, "command"),
    }),
  };

/**
 * Reads a status. What is missing in it, or is no number where one belongs, is `undefined` or empty.
 *
 * @param component What was asked for.
 * @param status Attribute `status` of the answer; anything is accepted.
 * @returns Its rows: one of `systemLoad`, one for each disk, memory or process of the others.
 */
export function parseStatus<C extends StatusComponent>(
  component: C,
  status: string,
): readonly StatusRows[C][] {
  const columns = parseHashString(status);
  const lists = Object.values(columns).map((value) => typeof value === "string" ? [value] : value);
  // An empty list has no way of its own to be written: it comes as an empty text.
  if (lists.every((list) => list.every((item) => item === ""))) return [];
  const rows = lists.reduce((most, list) => Math.max(most, list.length), 0);
  const cell = (row: number, name: string): string => {
    const value = columns[name];
    return (typeof value === "string" ? [value] : value)?.[row] ?? "";
  };
  return Array.from(
    { length: Math.min(rows, MOST_ROWS) },
    (_, row) => READERS[component](cell, row),
  );
}

function numberOf(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Sizes of `df` and `free` in their units; without a unit it is the one of the question, MiB. */
function mebibytesOf(text: string): number | undefined {
  const [, digits = "", unit = "M"] = /^(\d+(?:\.\d+)?)([KMGTP])?$/.exec(text) ?? [];
  const value = numberOf(digits);
  return value === undefined ? undefined : value * KIB_PER_MIB ** ("KMGTP".indexOf(unit) - 1);
}
