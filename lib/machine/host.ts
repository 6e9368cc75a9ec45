/**
 * The seam to the machine a component runs on: who it is and how loaded it is.
 *
 * @module
 */

/** Load averages. */
export interface SystemLoad {
  /** Average over one, five and fifteen minutes. */
  readonly oneMinute: number;
  readonly fiveMinutes: number;
  readonly fifteenMinutes: number;
}

/** Memory in MiB. */
export interface MemoryReading {
  readonly totalMiB: number;
  readonly freeMiB: number;
  readonly availableMiB: number;
  readonly swapTotalMiB: number;
  readonly swapFreeMiB: number;
}

/** One mounted file system, sizes in MiB. */
export interface DiskReading {
  /** Device path, such as `/dev/sda1`. */
  readonly device: string;
  readonly mountPoint: string;
  readonly totalMiB: number;
  readonly usedMiB: number;
  readonly availableMiB: number;
}

/** One running process. */
export interface ProcessReading {
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly residentKiB: number;
  /** CPU time as `ps` prints it. */
  readonly time: string;
  readonly command: string;
}

/** What does not change while a component runs. */
export interface HostIdentity {
  /** Fully qualified name, as `hostname -f`. */
  readonly name: string;
  /** Kernel name and machine, such as `Linux-x86_64`. */
  readonly platform: string;
  /** Kernel release, as `uname -r`. */
  readonly kernelRelease: string;
}

/** The machine. Readings are taken when asked for. */
export interface Host {
  identity(): Promise<HostIdentity>;
  load(): Promise<SystemLoad>;
  memory(): Promise<MemoryReading>;
  disks(): Promise<DiskReading[]>;
  processes(): Promise<ProcessReading[]>;
  /** Free KiB on the file system that holds a path. */
  freeDiskKiB(path: string): Promise<number>;
  /** True where a path exists (the report's `requireFile`). */
  exists(path: string): Promise<boolean>;
}
