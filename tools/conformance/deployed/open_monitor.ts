/**
 * Opens a monitor on a real server: the suite stands where its reports go.
 *
 * @module
 */
import { UnreachableError } from "../../../lib/cli.ts";
import { hostAndPort } from "../../../lib/config.ts";
import { messageOf } from "../../../lib/error_message.ts";
import { systemRandom } from "../../../lib/random.ts";
import { LineServer } from "../../../sim/carbon/line_server.ts";
import { CarbonEar } from "../carbon_ear.ts";
import type { ConformanceOptions } from "../command_line.ts";
import { type DetailReader, readDetails } from "../detail_reader.ts";
import { Transcript } from "../transcript.ts";
import { UPDATES } from "../cases/_monitor_side.ts";
import { AccountPool } from "./accounts.ts";
import type { DeployedMonitorOptions } from "./deployed_monitor.ts";
import { type Detected, detectMonitor } from "./detect_implementation.ts";
import { parseAddress, type Server } from "./open_server.ts";

/** Longest wait for a monitor to find its Carbon: ours tries again after half a minute at most. */
const CARBON_MS = 60_000;
const CARBON_PORT = 2003;
const MONGODB_PORT = 27_017;
/** Senders at a time. */
const MOST_SENDERS = 16;

/**
 * Opens a deployed monitor.
 *
 * @param options The command line.
 * @param server The servers.
 * @param monitor Its JID.
 * @throws {UnreachableError} When it does not answer, sends nothing to Carbon, or MongoDB does not answer.
 */
export async function openMonitor(
  options: ConformanceOptions,
  server: Server,
  monitor: string,
): Promise<{ readonly deployed: DeployedMonitorOptions; readonly implementation: Detected }> {
  const { accounts, connector, clock, patience, context } = server;
  const pool = new AccountPool(accounts, clock);
  const carbon = options.carbonListen === undefined
    ? undefined
    : listenAsCarbon(server, parseAddress(options.carbonListen, CARBON_PORT)).carbon;
  const details = options.mongodb === undefined
    ? undefined
    : await openDetails(server, options.mongodb);
  await using peer = await connector.peer(pool.take([]), new Transcript(() => clock.now()));
  const implementation = await detectMonitor(peer, monitor);
  if (carbon !== undefined) {
    context.tell(`Waiting for ${monitor} to send to ${options.carbonListen}`);
    await carbon.hear(UPDATES, CARBON_MS).catch(() => {
      throw new UnreachableError(
        `Cannot hear ${monitor}: it sends nothing to ${options.carbonListen}; ` +
          "start it again with CARBON_SERVER and CARBON_PORT there",
      );
    });
  }
  return {
    deployed: {
      ...{ monitor, carbon, details, connector, accounts: pool, patience, clock },
      random: systemRandom,
    },
    implementation,
  };
}

/**
 * Listens in the place of Carbon, as long as the target is open.
 *
 * @param server The servers.
 * @param address Where; port 0 takes a free one.
 */
export function listenAsCarbon(
  { clock, resources }: Server,
  { host, port }: { readonly host: string; readonly port: number },
): { readonly carbon: CarbonEar; readonly port: number } {
  const carbon = new CarbonEar(clock);
  const listener = resources.use(
    new LineServer({
      ...{ hostname: host, port, clock, maxConnections: MOST_SENDERS },
      onLine: (line) => carbon.take(line),
    }),
  );
  return { carbon, port: listener.port };
}

async function openDetails({ resources }: Server, address: string): Promise<DetailReader> {
  const { host, port } = parseAddress(address, MONGODB_PORT);
  try {
    const url = `mongodb://${hostAndPort(host, port)}/?directConnection=true`;
    return resources.use(await readDetails(url));
  } catch (error) {
    const reason = messageOf(error);
    throw new UnreachableError(`Cannot reach MongoDB at ${address}: ${reason}`);
  }
}
