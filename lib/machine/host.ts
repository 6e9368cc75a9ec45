/**
 * The seam to the machine a component runs on: who it is and how loaded it is.
 *
 * @module
 */

/** Load averages: processes that run or want to, as `uptime` prints them. */
export interface SystemLoad {
  /** Average over the last minute. */
  readonly oneMinute: number;
  /** Average over the last five minutes. */
  readonly fiveMinutes: number;
  /** Average over the last fifteen minutes. */
  readonly fifteenMinutes: number;
}

/** Memory in MiB. */
export interface MemoryReading {
  /** What the kernel has to give, a little less than what is installed. */
  readonly totalMiB: number;
  /** Used by nobody; what caches hold is not in it. */
  readonly freeMiB: number;
  /** What a new program could get, caches given up. */
  readonly availableMiB: number;
  /** 0 on a machine without swap space. */
  readonly swapTotalMiB: number;
  /** Swap space that holds nothing. */
  readonly swapFreeMiB: number;
}

/** One mounted file system, sizes in MiB. */
export interface DiskReading {
  /** Device path, such as `/dev/sda1`. */
  readonly device: string;
  /** Absolute path at which its files are found. */
  readonly mountPoint: string;
  /** Size, what is reserved for root included. */
  readonly totalMiB: number;
  /** Taken by files. */
  readonly usedMiB: number;
  /** What a user other than root may still fill. */
  readonly availableMiB: number;
}

/** Traffic over one network interface since it came up. */
export interface NetworkReading {
  /** Name of the interface, such as `eth0`. */
  readonly name: string;
  /** What came in, in MiB. */
  readonly receivedMiB: number;
  /** What went out, in MiB. */
  readonly sentMiB: number;
}

/** One running process. */
export interface ProcessReading {
  /** Share of one processor, averaged over its life as `ps` does; over 100 with several threads. */
  readonly cpuPercent: number;
  /** Share of the machine's memory. */
  readonly memoryPercent: number;
  /** Memory that it holds now, shared pages included. */
  readonly residentKiB: number;
  /** CPU time as `ps` prints it. */
  readonly time: string;
  /** Name of the program without arguments, which may hold secrets. */
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
  /** Who it is; found out once, the same at every call. */
  identity(): Promise<HostIdentity>;
  /** How busy its processors are. */
  load(): Promise<SystemLoad>;
  /** How full its memory is. */
  memory(): Promise<MemoryReading>;
  /** How full its disks are, as `df`: each device once, nothing without blocks. */
  disks(): Promise<DiskReading[]>;
  /** What went over its network interfaces; none where they cannot be read. */
  networks(): Promise<NetworkReading[]>;
  /** What runs on it, most CPU time first. */
  processes(): Promise<ProcessReading[]>;
  /** Free KiB on the file system that holds a path. */
  freeDiskKiB(path: string): Promise<number>;
  /** True where a path exists (the report's `requireFile`). */
  exists(path: string): Promise<boolean>;
}
