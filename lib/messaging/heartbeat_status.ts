/**
 * The status answers of Heartbeat (report 2.2.6.2): readings of a machine as hash strings, with the names,
 * units and roundings of the original.
 *
 * @module
 */
import type { Host } from "../machine/host.ts";
import { formatHashString, type HashString } from "../protocol/hash_string.ts";

/** What can be asked for (report 2.2.6.1). */
export const STATUS_COMPONENTS = [
  "systemLoad",
  "diskUsage",
  "memoryUsage",
  "runningProcesses",
] as const;

/** Name of a status. */
export type StatusComponent = typeof STATUS_COMPONENTS[number];

/** Disks told of at most, in the order of the mount table. */
const MOST_DISKS = 64;
/** Processes told of at most, those with the most CPU time: about 12 kB, which every server lets through. */
const MOST_PROCESSES = 200;
/** Longest name of a disk, mount point or program; what is beyond is cut off. */
const LONGEST_NAME = 200;

/** True for the name of a status. */
export function isStatusComponent(name: string): name is StatusComponent {
  return (STATUS_COMPONENTS as readonly string[]).includes(name);
}

/** Attribute `component` of an answer; the original leaves that of `runningProcesses` empty. */
export function answeredComponent(component: StatusComponent): string {
  return component === "runningProcesses" ? "" : component;
}

/**
 * Takes a reading.
 *
 * @param component What is asked for.
 * @param host The machine.
 * @returns Attribute `status` of the answer.
 * @throws What the host throws.
 */
export async function readStatus(component: StatusComponent, host: Host): Promise<string> {
  return formatHashString(await READERS[component](host));
}

const READERS: Readonly<Record<StatusComponent, (host: Host) => Promise<HashString>>> = {
  systemLoad: async (host) => {
    const { oneMinute, fiveMinutes, fifteenMinutes } = await host.load();
    return {
      "1min": oneMinute.toFixed(2),
      "5min": fiveMinutes.toFixed(2),
      "15min": fifteenMinutes.toFixed(2),
    };
  },
  // As `df -BM` prints it, and the original passes it on: only the size keeps its unit. Like the original
  // it leaves out what lies on no device, but for the root, which in a container lies on none.
  diskUsage: async (host) => {
    const disks = (await host.disks())
      .filter(({ device, mountPoint }) => device.startsWith("/dev") || mountPoint === "/")
      .slice(0, MOST_DISKS);
    return {
      path: disks.map(({ device }) => carried(device)),
      totalBlocks: disks.map(({ totalMiB }) => `${totalMiB}M`),
      used: disks.map(({ usedMiB }) => `${usedMiB}`),
      available: disks.map(({ availableMiB }) => `${availableMiB}`),
      "used%": disks.map(({ usedMiB, availableMiB }) => `${fullPercent(usedMiB, availableMiB)}%`),
      mountpoint: disks.map(({ mountPoint }) => carried(mountPoint)),
    };
  },
  // As `free -m`: what is not available is used.
  memoryUsage: async (host) => {
    const { totalMiB, availableMiB, swapTotalMiB, swapFreeMiB } = await host.memory();
    return {
      memory: ["mem", "swap"],
      used: [`${totalMiB - availableMiB}`, `${swapTotalMiB - swapFreeMiB}`],
      available: [`${availableMiB}`, `${swapFreeMiB}`],
    };
  },
  // As `ps` prints them.
  runningProcesses: async (host) => {
    const processes = (await host.processes()).slice(0, MOST_PROCESSES);
    return {
      "%cpu": processes.map(({ cpuPercent }) => cpuPercent.toFixed(1)),
      "%mem": processes.map(({ memoryPercent }) => memoryPercent.toFixed(1)),
      rss: processes.map(({ residentKiB }) => `${residentKiB}`),
      time: processes.map(({ time }) => time),
      command: processes.map(({ command }) => carried(command)),
    };
  },
};

/** How full a disk is, rounded up as `df` does; blocks that are kept for root don't count. */
function fullPercent(usedMiB: number, availableMiB: number): number {
  const wholeMiB = usedMiB + availableMiB;
  return wholeMiB > 0 ? Math.ceil(100 * usedMiB / wholeMiB) : 0;
}

/** Makes a name fit for a hash string, which has no escapes: what would be cut elsewhere is replaced. */
function carried(name: string): string {
  const text = name.slice(0, LONGEST_NAME)
    .replace(/#{4,}|:{4,}|^[#:]+|[#:]+$/g, (run) => "_".repeat(run.length));
  // An empty item at the end of a list would be lost.
  return text === "" ? "-" : text;
}
