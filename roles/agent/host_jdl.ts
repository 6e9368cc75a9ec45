/**
 * The agent's own machine, described for managers.
 *
 * @module
 */
import type { Host } from "../../lib/machine/host.ts";
import { formatHostJdl } from "../../lib/protocol/jdl.ts";

/**
 * Takes the readings of this moment.
 *
 * @param host The machine.
 * @param workPath Where jobs run; its free space is told.
 * @param version Version of the agent.
 * @returns The JDL and the host's name.
 */
export async function describeHost(
  host: Host,
  workPath: string,
  version: string,
): Promise<{ readonly jdl: string; readonly hostName: string }> {
  const [identity, memory, localDiskKiB] = await Promise.all([
    host.identity(),
    host.memory(),
    host.freeDiskKiB(workPath),
  ]);
  const jdl = formatHostJdl({
    hostName: identity.name,
    version,
    platform: identity.platform,
    kernelRelease: identity.kernelRelease,
    localDiskKiB,
    memoryMiB: memory.totalMiB,
    freeMemoryMiB: memory.freeMiB,
    swapMiB: memory.swapTotalMiB,
    freeSwapMiB: memory.swapFreeMiB,
  });
  return { jdl, hostName: identity.name };
}
