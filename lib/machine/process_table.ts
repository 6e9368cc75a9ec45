/**
 * The table of processes, as `ps` makes it.
 *
 * @module
 */

import type { ProcessReading } from "./host.ts";
import { formatCpuTime, parseProcessStats, TICKS_PER_SECOND } from "./proc.ts";

/** Prints the size of a memory page, the machine's uptime, and the `stat` file of each process. */
export const PROCESS_TABLE_SCRIPT =
  "getconf PAGESIZE 2>/dev/null || echo 4096; cat /proc/uptime; cat /proc/[0-9]*/stat 2>/dev/null; :";

/** Size of a memory page on most machines. */
const USUAL_PAGE_BYTES = 4096;

/** Rounds to one decimal place. */
function roundToTenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Share of a whole in percent, with one decimal place; 0 of nothing. */
function percent(part: number, whole: number): number {
  return whole > 0 ? roundToTenth(100 * part / whole) : 0;
}

/**
 * Reads what {@linkcode PROCESS_TABLE_SCRIPT} prints.
 *
 * A process' CPU share is the average over its life, as that of `ps`. Its command is the program's name
 * without arguments: those may hold passwords, and readings travel through a chat room.
 *
 * @param text The output.
 * @param memoryBytes Size of the machine's memory.
 * @returns The processes, most CPU time first.
 */
export function parseProcessTable(text: string, memoryBytes: number): ProcessReading[] {
  const [pageLine = "", uptimeLine = "", ...rest] = text.split("\n");
  const pageBytes = parseInt(pageLine) || USUAL_PAGE_BYTES;
  const uptimeSeconds = parseFloat(uptimeLine) || 0;
  return parseProcessStats(rest.join("\n"))
    .map((stat) => ({
      cpuSeconds: (stat.userTicks + stat.systemTicks) / TICKS_PER_SECOND,
      lifeSeconds: uptimeSeconds - stat.startTicks / TICKS_PER_SECOND,
      residentBytes: stat.residentPages * pageBytes,
      command: stat.command,
    }))
    .sort((one, other) => other.cpuSeconds - one.cpuSeconds)
    .map(({ cpuSeconds, lifeSeconds, residentBytes, command }) => ({
      cpuPercent: percent(cpuSeconds, lifeSeconds),
      memoryPercent: percent(residentBytes, memoryBytes),
      residentKiB: Math.round(residentBytes / 1024),
      time: formatCpuTime(cpuSeconds),
      command,
    }));
}
