/**
 * Readings of a Linux machine.
 *
 * Permissions: `--allow-sys=hostname,osRelease,loadavg,systemMemoryInfo,statfs`, `--allow-read` for
 * `/etc/hosts`, `/etc/resolv.conf`, the mount points and the paths asked for. Deno lets only a process
 * with all permissions read `/proc`; with `--allow-run=/bin/sh` the shell reads it instead. With
 * neither, `disks` knows the root's file system only, `networks` nothing, and `processes` rejects.
 *
 * @module
 */

import { statfs } from "node:fs/promises";
import { type Clock, sleep, systemClock } from "../clock.ts";
import type {
  DiskReading,
  Host,
  HostIdentity,
  MemoryReading,
  NetworkReading,
  ProcessReading,
  SystemLoad,
} from "./host.ts";
import { fullNameInHosts, type Mount, parseMounts, parseNetworks, searchDomains } from "./proc.ts";
import { parseProcessTable, PROCESS_TABLE_SCRIPT } from "./process_table.ts";
import { readProcFile, shell } from "./shell.ts";

/** Longest wait for a name server, or for a file system to answer. */
const PATIENCE_MS = 1000;

const BYTES_PER_MIB = 2 ** 20;

/** The file system of the root, where the list of all is out of reach. */
const ROOT_MOUNT: Mount = { device: "rootfs", mountPoint: "/", type: "rootfs" };

/** Options of {@linkcode linuxHost}. */
export interface LinuxHostOptions {
  /** Clock of the waits. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Whether a name server knows a name. Default: an A or AAAA query. */
  readonly isKnownName?: ((name: string, signal: AbortSignal) => Promise<boolean>) | undefined;
}

/** Asks the system's name server for an address. */
async function hasAddress(name: string, signal: AbortSignal): Promise<boolean> {
  const answers = await Promise.allSettled([
    Deno.resolveDns(name, "A", { signal }),
    Deno.resolveDns(name, "AAAA", { signal }),
  ]);
  return answers.some((answer) => answer.status === "fulfilled" && answer.value.length > 0);
}

/** Reads a small text; nothing where it is missing or out of reach. */
async function readIfAllowed(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}

/** The machine that this process runs on. */
class LinuxHost implements Host {
  readonly #clock: Clock;
  readonly #isKnownName: (name: string, signal: AbortSignal) => Promise<boolean>;
  #identity: Promise<HostIdentity> | undefined;

  constructor(options: LinuxHostOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#isKnownName = options.isKnownName ?? hasAddress;
  }

  identity(): Promise<HostIdentity> {
    return this.#identity ??= this.#identify();
  }

  load(): Promise<SystemLoad> {
    return Promise.try(() => {
      const [oneMinute = 0, fiveMinutes = 0, fifteenMinutes = 0] = Deno.loadavg();
      return { oneMinute, fiveMinutes, fifteenMinutes };
    });
  }

  memory(): Promise<MemoryReading> {
    return Promise.try(() => {
      const { total, free, available, swapTotal, swapFree } = Deno.systemMemoryInfo();
      return {
        totalMiB: toMiB(total),
        freeMiB: toMiB(free),
        availableMiB: toMiB(available),
        swapTotalMiB: toMiB(swapTotal),
        swapFreeMiB: toMiB(swapFree),
      };
    });
  }

  async disks(): Promise<DiskReading[]> {
    const mounts = await this.#mounts();
    const readings = await Promise.all(mounts.map((mount) => this.#readDisk(mount)));
    // As `df`: no file systems without blocks (proc, sysfs …), and each device once.
    const disks = new Map<string, DiskReading>();
    for (const disk of readings) {
      if (disk === undefined) continue;
      const key = disk.device.startsWith("/") ? disk.device : disk.mountPoint;
      const known = disks.get(key);
      if (known && known.mountPoint.length <= disk.mountPoint.length) continue;
      disks.set(key, disk);
    }
    return [...disks.values()];
  }

  async networks(): Promise<NetworkReading[]> {
    try {
      return parseNetworks(await readProcFile("/proc/net/dev"));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      return [];
    }
  }

  async processes(): Promise<ProcessReading[]> {
    const text = await shell(PROCESS_TABLE_SCRIPT);
    return parseProcessTable(text, Deno.systemMemoryInfo().total);
  }

  async freeDiskKiB(path: string): Promise<number> {
    const { bavail, bsize } = await statfs(path);
    return Math.floor(bavail * bsize / 1024);
  }

  async exists(path: string): Promise<boolean> {
    try {
      await Deno.stat(path);
      return true;
    } catch (error) {
      // A permission that this process was not given is the operator's mistake and must not pass as "no".
      if (error instanceof Deno.errors.NotCapable) throw error;
      return false;
    }
  }

  async #identify(): Promise<HostIdentity> {
    const system = Deno.build.os === "linux" ? "Linux" : Deno.build.os;
    return {
      name: await this.#fullName(Deno.hostname()),
      platform: `${system}-${Deno.build.arch}`,
      kernelRelease: Deno.osRelease(),
    };
  }

  /** Finds what `hostname -f` prints: the name in `/etc/hosts`, else the one a name server knows. */
  async #fullName(name: string): Promise<string> {
    if (name.includes(".")) return name;
    const listed = fullNameInHosts(await readIfAllowed("/etc/hosts"), name);
    if (listed !== undefined) return listed;
    for (const domain of searchDomains(await readIfAllowed("/etc/resolv.conf"))) {
      const candidate = `${name}.${domain.replace(/\.$/, "")}`;
      if (await this.#inTime((signal) => this.#isKnownName(candidate, signal))) return candidate;
    }
    return name;
  }

  async #mounts(): Promise<Mount[]> {
    try {
      return parseMounts(await readProcFile("/proc/mounts"));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      return [ROOT_MOUNT];
    }
  }

  /** Reads one file system; nothing where it has no blocks, does not answer or is out of reach. */
  async #readDisk({ device, mountPoint }: Mount): Promise<DiskReading | undefined> {
    const status = await this.#inTime(() => statfs(mountPoint));
    if (status === undefined || status.blocks === 0) return undefined;
    const { blocks, bfree, bavail, bsize } = status;
    return {
      device,
      mountPoint,
      totalMiB: toMiB(blocks * bsize),
      usedMiB: toMiB((blocks - bfree) * bsize),
      availableMiB: toMiB(bavail * bsize),
    };
  }

  /** Waits for something, but not long; a failure is no answer either. */
  async #inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const patience = new AbortController();
    const answered = new AbortController();
    const outOfPatience = sleep(this.#clock, PATIENCE_MS, { signal: answered.signal })
      .then(() => patience.abort(), () => {});
    try {
      return await Promise.race([
        work(patience.signal).catch(() => undefined),
        outOfPatience.then(() => undefined),
      ]);
    } finally {
      answered.abort();
    }
  }
}

/** Converts bytes to whole MiB. */
function toMiB(bytes: number): number {
  return Math.floor(bytes / BYTES_PER_MIB);
}

/**
 * Reads the machine that this process runs on.
 *
 * @param options Clock and name service.
 * @returns The machine; its identity is asked for once.
 */
export function linuxHost(options: LinuxHostOptions = {}): Host {
  return new LinuxHost(options);
}
