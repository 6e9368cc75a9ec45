/**
 * What a figure was measured on.
 *
 * @module
 */

/** A machine and what runs the code on it. */
export interface Machine {
  /** Model of its processors, as Linux names it. */
  readonly processor: string;
  /** Cores that this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  /** Versions of Deno and V8. */
  readonly runtime: string;
  /** Processes that ran or waited in the last minute, before the first bench. */
  readonly load: number;
}

/** Describes this machine. */
export async function describeMachine(): Promise<Machine> {
  const cpuInfo = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const [load = 0] = Deno.loadavg();
  return {
    processor: /^model name\s*: (.*)$/m.exec(cpuInfo)?.[1] ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    memoryBytes: Deno.systemMemoryInfo().total,
    kernel: `Linux ${Deno.osRelease()}`,
    runtime: `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
    load,
  };
}
