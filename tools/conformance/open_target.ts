/**
 * From the command line to what is tested.
 *
 * @module
 */
import { UsageError } from "../../lib/cli.ts";
import type { ConformanceOptions } from "./command_line.ts";
import { openServer, type RunContext } from "./deployed/open_server.ts";
import { openOwnRoles } from "./deployed/open_own_roles.ts";
import { openPeers } from "./deployed/open_peers.ts";
import { embeddedTarget } from "./embedded/embedded_target.ts";
import type { Target } from "./target.ts";

/**
 * Opens the target.
 *
 * @param options The command line.
 * @param context See {@linkcode RunContext}.
 * @returns The target.
 * @throws {UsageError} When flags contradict each other or an account is refused.
 * @throws {UnreachableError} When a server or a peer does not answer.
 */
export async function openTarget(
  options: ConformanceOptions,
  context: RunContext,
): Promise<Target> {
  const { manager, agent, heartbeat, keymanager, monitor } = options;
  const isDeployed = [manager, agent, heartbeat, keymanager, monitor].some((peer) =>
    peer !== undefined
  );
  if (options.server === undefined) {
    if (isDeployed) throw new UsageError("Cannot test a deployed peer: --server is missing");
    return embeddedTarget();
  }
  await using server = await openServer(options, options.server, context);
  return isDeployed ? await openPeers(options, server) : await openOwnRoles(options, server);
}
