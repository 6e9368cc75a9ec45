/**
 * Readers of the texts that Linux writes below `/proc`, and of two files of `/etc`; pure, and calm in
 * front of whatever they get.
 *
 * @module
 */
import type { NetworkReading } from "./host.ts";

const BYTES_PER_MIB = 2 ** 20;

/** One line of `/proc/PID/stat`; see proc_pid_stat(5). Times in ticks of 1/100 s. */
export interface ProcessStat {
  /** Process number. */
  readonly pid: number;
  /** Name of the program, up to 15 bytes. */
  readonly command: string;
  /** `R` running, `S` sleeping, `Z` dead but not waited for … */
  readonly state: string;
  /** Process number of its group's leader. */
  readonly groupId: number;
  /** Process number of its session's leader. */
  readonly sessionId: number;
  /** CPU time in user mode. */
  readonly userTicks: number;
  /** CPU time in the kernel. */
  readonly systemTicks: number;
  /** User time of the children that it has waited for, and of theirs. */
  readonly childUserTicks: number;
  /** Start, in ticks after the machine's. */
  readonly startTicks: number;
  /** Memory in use, in pages. */
  readonly residentPages: number;
}

/** Ticks per second in `/proc`: USER_HZ, 100 on every architecture that Deno runs on. */
export const TICKS_PER_SECOND = 100;

/** One mounted file system. */
export interface Mount {
  /** Device, or what stands for one. */
  readonly device: string;
  /** Absolute path. */
  readonly mountPoint: string;
  /** Kind of file system, such as `ext4`. */
  readonly type: string;
}

/**
 * Reads one line of `/proc/PID/stat`.
 *
 * @param line The line. The name in it may hold anything, blanks and parentheses included.
 * @returns What it says, or `undefined` where it is no such line.
 */
export function parseProcessStat(line: string): ProcessStat | undefined {
  const match = /^(\d+) \((.*)\) (\S) ([-\d ]+)$/s.exec(line.trimEnd());
  if (match === null) return undefined;
  const [, pid = "", command = "", state = "", rest = ""] = match;
  const numbers = rest.split(" ").map(Number);
  // Numbering in proc_pid_stat(5): the first number after the state is field 4.
  const field = (number: number) => numbers[number - 4] ?? NaN;
  const stat = {
    pid: Number(pid),
    groupId: field(5),
    sessionId: field(6),
    userTicks: field(14),
    systemTicks: field(15),
    childUserTicks: field(16),
    startTicks: field(22),
    residentPages: field(24),
  };
  if (Object.values(stat).some(Number.isNaN)) return undefined;
  return { ...stat, command, state };
}

/**
 * Reads the `stat` files of many processes, one after the other.
 *
 * @param text The files' text. A line that is none, such as a piece of an odd name, is left out.
 * @returns The processes.
 */
export function parseProcessStats(text: string): ProcessStat[] {
  return text.split(/\n(?=\d+ \()/).flatMap((line) => parseProcessStat(line) ?? []);
}

/** Turns `\040` and the like back into characters. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => {
    return String.fromCharCode(parseInt(digits, 8));
  });
}

/**
 * Reads `/proc/mounts`.
 *
 * @param text The file's text.
 * @returns The mounts that are seen: of two on one place, the later one.
 */
export function parseMounts(text: string): Mount[] {
  const mounts = new Map<string, Mount>();
  for (const line of text.split("\n")) {
    const [device, mountPoint, type] = line.split(" ").map(unescapeOctal);
    if (!device || !mountPoint?.startsWith("/") || !type) continue;
    mounts.set(mountPoint, { device, mountPoint, type });
  }
  return [...mounts.values()];
}

/**
 * Reads `/proc/net/dev`.
 *
 * @param text The file's text: two lines of headings, then `NAME: RECEIVED-BYTES … SENT-BYTES …`.
 * @returns The interfaces; a line that is none is left out.
 */
export function parseNetworks(text: string): NetworkReading[] {
  return text.split("\n").flatMap((line) => {
    const [, name, counters] = /^\s*(\S+):\s*(\d[\d\s]*)$/.exec(line) ?? [];
    const numbers = (counters ?? "").trim().split(/\s+/).map(Number);
    const [received, sent] = [numbers[0], numbers[8]];
    if (name === undefined || received === undefined || sent === undefined) return [];
    return [{ name, receivedMiB: received / BYTES_PER_MIB, sentMiB: sent / BYTES_PER_MIB }];
  });
}

/**
 * Finds the full name of a host in `/etc/hosts`.
 *
 * @param text The file's text.
 * @param shortName The host's own name.
 * @returns The canonical name of the line that lists it, if that has a domain.
 */
export function fullNameInHosts(text: string, shortName: string): string | undefined {
  for (const line of text.split("\n")) {
    const [, canonical, ...aliases] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (canonical?.includes(".") && aliases.includes(shortName)) return canonical;
  }
  return undefined;
}

/**
 * Finds the domains that `/etc/resolv.conf` has names looked up in.
 *
 * @param text The file's text.
 * @returns The domains of the last `search` or `domain` line, at most three.
 */
export function searchDomains(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  const [, ...domains] = lines.findLast(([word]) => word === "search" || word === "domain") ?? [];
  return domains.filter((domain) => /^[\w-]+(\.[\w-]+)*\.?$/.test(domain)).slice(0, 3);
}

/**
 * Writes a CPU time as `ps` does.
 *
 * @param seconds The time in seconds.
 * @returns `HH:MM:SS`, with `DAYS-` before it from one day on.
 */
export function formatCpuTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const days = Math.floor(whole / 86_400);
  const clock = [whole / 3600 % 24, whole / 60 % 60, whole % 60]
    .map((value) => String(Math.floor(value)).padStart(2, "0")).join(":");
  return days > 0 ? `${days}-${clock}` : clock;
}
