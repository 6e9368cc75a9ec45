/**
 * Lines into a Carbon in another process, and what they cost it.
 *
 * @module
 */
import { cpuSeconds } from "../process_usage.ts";
import type { Run } from "../rounds.ts";

const MANAGERS = 50;
const SERIES_OF_MANAGER = 40;
const STEP_SECONDS = 10;
/** Series of all lines. */
export const SERIES = MANAGERS * SERIES_OF_MANAGER;

/** A process that takes less in such a time is at rest. */
const REST_CPU_SECONDS = 0.03;
const REST_MS = 1500;

/** A server that takes lines. */
export interface MeasuredCarbon {
  readonly port: number;
  /** Number of its process. */
  readonly pid: number;
}

/** So many points of every series, the last of them now. */
export function linesOf(points: number): Uint8Array {
  const now = Math.floor(Date.now() / 1000);
  const lines: string[] = [];
  for (let point = 0; point < points; point++) {
    const second = now - (points - 1 - point) * STEP_SECONDS;
    for (let series = 0; series < SERIES; series++) {
      const manager = `copilot.jobmanager.generic.manager-${series % MANAGERS}`;
      const path = `${manager}.job.series-${Math.floor(series / MANAGERS)}`;
      lines.push(`${path} ${(point * 31 + series) % 1000 / 8} ${second}\n`);
    }
  }
  return new TextEncoder().encode(lines.join(""));
}

/** Sends lines and waits until the server has taken all and closes the connection. */
export async function send(port: number, bytes: Uint8Array): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  await connection.closeWrite();
  while (await connection.read(new Uint8Array(1)) !== null);
}

/** A run that ends when all lines are taken in, or when the server has come to rest, all stored. */
export function linesPerCpuSecond(
  { port, pid }: MeasuredCarbon,
  points: number,
  { untilStored }: { readonly untilStored: boolean },
): Run {
  return async () => {
    await atRest(pid);
    const bytes = linesOf(points);
    const before = await cpuSeconds(pid);
    await send(port, bytes);
    const after = untilStored ? await atRest(pid) : await cpuSeconds(pid);
    return points * SERIES / (after - before);
  };
}

/** Waits until a process has done next to nothing for a while; gives the CPU time that it has taken. */
export async function atRest(pid: number): Promise<number> {
  for (let before = await cpuSeconds(pid);;) {
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const after = await cpuSeconds(pid);
    if (after - before <= REST_CPU_SECONDS) return after;
    before = after;
  }
}
