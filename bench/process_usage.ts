/**
 * What a process has used, as Linux counts it.
 *
 * @module
 */
import { parseProcessStat, TICKS_PER_SECOND } from "../lib/machine/proc.ts";

/**
 * Reads the CPU time that a process has taken, all its threads together.
 *
 * @param pid Its number.
 * @returns Seconds, in steps of 1/100.
 * @throws {Error} When there is no such process.
 */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = parseProcessStat(await Deno.readTextFile(`/proc/${pid}/stat`));
  if (stat === undefined) throw new Error(`Cannot read the CPU time of process ${pid}`);
  return (stat.userTicks + stat.systemTicks) / TICKS_PER_SECOND;
}

/**
 * Reads how much memory a process holds: its resident set.
 *
 * @param pid Its number.
 * @returns Bytes.
 * @throws {Error} When there is no such process.
 */
export async function residentBytes(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/status`);
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
  if (kibibytes === undefined) throw new Error(`Cannot read the memory of process ${pid}`);
  return Number(kibibytes) * 1024;
}
