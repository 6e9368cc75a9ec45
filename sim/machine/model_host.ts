/**
 * A machine that is what its maker says.
 *
 * @module
 */

import type {
  DiskReading,
  Host,
  HostIdentity,
  MemoryReading,
  NetworkReading,
  ProcessReading,
  SystemLoad,
} from "../../lib/machine/host.ts";

/** A reading: the same at all times, or taken when asked for. */
export type Reading<T> = T | (() => T);

/** Options of {@linkcode modelHost}. */
export interface ModelHostOptions {
  /** Default: `agent.example.org`, `Linux-x86_64`, kernel 6.1.0. */
  readonly identity?: Partial<HostIdentity> | undefined;
  /** Default: no load. */
  readonly load?: Reading<SystemLoad> | undefined;
  /** Default: 2048 MiB, three quarters of it free, no swap. */
  readonly memory?: Reading<MemoryReading> | undefined;
  /** Default: one disk of 20 GiB, half of it free, at `/`. */
  readonly disks?: Reading<readonly DiskReading[]> | undefined;
  /** Default: none. */
  readonly networks?: Reading<readonly NetworkReading[]> | undefined;
  /** Default: none. */
  readonly processes?: Reading<readonly ProcessReading[]> | undefined;
  /** Paths that exist, beside the mount points. Default: none. */
  readonly paths?: Reading<readonly string[]> | undefined;
}

const IDENTITY: HostIdentity = {
  name: "agent.example.org",
  platform: "Linux-x86_64",
  kernelRelease: "6.1.0",
};

const LOAD: SystemLoad = { oneMinute: 0, fiveMinutes: 0, fifteenMinutes: 0 };

const MEMORY: MemoryReading = {
  totalMiB: 2048,
  freeMiB: 1536,
  availableMiB: 1536,
  swapTotalMiB: 0,
  swapFreeMiB: 0,
};

const DISKS: readonly DiskReading[] = [{
  device: "/dev/vda1",
  mountPoint: "/",
  totalMiB: 20_480,
  usedMiB: 10_240,
  availableMiB: 10_240,
}];

/** Takes a reading. */
function take<T extends object>(reading: Reading<T> | undefined, otherwise: T): T {
  if (reading === undefined) return otherwise;
  return typeof reading === "function" ? reading() : reading;
}

/** True where a path is a folder, or lies below it. */
function liesBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** A machine made of its options. */
class ModelHost implements Host {
  readonly #options: ModelHostOptions;

  constructor(options: ModelHostOptions) {
    this.#options = options;
  }

  identity(): Promise<HostIdentity> {
    return Promise.resolve({ ...IDENTITY, ...this.#options.identity });
  }

  load(): Promise<SystemLoad> {
    return Promise.try(() => take(this.#options.load, LOAD));
  }

  memory(): Promise<MemoryReading> {
    return Promise.try(() => take(this.#options.memory, MEMORY));
  }

  disks(): Promise<DiskReading[]> {
    return Promise.try(() => [...take(this.#options.disks, DISKS)]);
  }

  networks(): Promise<NetworkReading[]> {
    return Promise.try(() => [...take(this.#options.networks, [])]);
  }

  processes(): Promise<ProcessReading[]> {
    return Promise.try(() => [...take(this.#options.processes, [])]);
  }

  async freeDiskKiB(path: string): Promise<number> {
    const disk = (await this.disks())
      .filter(({ mountPoint }) => liesBelow(path, mountPoint))
      .reduce<DiskReading | undefined>(
        (best, next) =>
          best !== undefined && best.mountPoint.length > next.mountPoint.length ? best : next,
        undefined,
      );
    if (disk === undefined) throw new Deno.errors.NotFound(`Cannot find the disk of ${path}`);
    return disk.availableMiB * 1024;
  }

  async exists(path: string): Promise<boolean> {
    const mountPoints = (await this.disks()).map(({ mountPoint }) => mountPoint);
    return [...mountPoints, ...take(this.#options.paths, [])].includes(path);
  }
}

/**
 * Makes a machine for tests and for virtual time.
 *
 * @param options The readings.
 * @returns The machine.
 */
export function modelHost(options: ModelHostOptions = {}): Host {
  return new ModelHost(options);
}
