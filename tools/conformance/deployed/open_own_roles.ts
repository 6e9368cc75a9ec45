/**
 * Our roles on a real server.
 *
 * @module
 */
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import type { Workspace } from "../../../lib/machine/workspace.ts";
import { randomHex, systemRandom } from "../../../lib/random.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";
import type { ConformanceOptions } from "../command_line.ts";
import type { Target } from "../target.ts";
import { Transcript } from "../transcript.ts";
import { AccountPool } from "./accounts.ts";
import { type DeployedAgent, openDeployedAgent } from "./deployed_agent.ts";
import { DeployedManager } from "./deployed_manager.ts";
import { deployedTarget } from "./deployed_target.ts";
import { REQUEST_MS } from "./open_peers.ts";
import type { Server } from "./open_server.ts";
import { COOLDOWN_SECONDS, type OwnRoles, REQUIRED_FILE, startOwnRoles } from "./own_roles.ts";

/**
 * Starts our roles and opens them as a target. Queue and files are those of the command line; where it
 * names none, they are in memory and in a folder that goes with the run.
 *
 * @param options The command line.
 * @param server The servers; the target takes them over.
 */
export async function openOwnRoles(options: ConformanceOptions, server: Server): Promise<Target> {
  const { connector, clock, patience, resources } = server;
  // A role with a wrong password would only be silent.
  await checkAccounts(server);
  const redis = await server.openRedis(options.redis) ??
    resources.use(memoryRedisCalls(resources.use(new RedisStore())));
  const { chirp, chirpAddress } = await server.openChirp(options);
  const done = await server.openFolder(options.doneDir) ??
    diskWorkspace(await server.makeFolder());
  const room = `conformance-${randomHex(systemRandom, 8)}@conference.${connector.domain}`;
  const { queue } = options;
  const roles = resources.use(
    await startOwnRoles(server.accounts, {
      connector,
      redis,
      queue,
      chirp,
      chirpAddress,
      done,
      workFolder: await server.makeFolder(),
      room,
      slow: options.slow,
    }),
  );
  const accounts = new AccountPool(roles.players, clock);
  const longestMs = options.slow ? REQUEST_MS.slow : REQUEST_MS.quick;
  const agent = await openAgent(roles, server, { chirp, chirpAddress }, longestMs);
  if (agent !== undefined) resources.use(agent);
  const manager = new DeployedManager({
    site: {
      managers: roles.managers,
      redis,
      chirp,
      done,
      queue,
      chirpAddress,
      requireFile: REQUIRED_FILE,
      cooldownSeconds: COOLDOWN_SECONDS,
    },
    connector,
    accounts,
    patience,
    longestRestMs: longestMs,
    clock,
    random: systemRandom,
  });
  return deployedTarget({
    title: `ours, ${server.name}`,
    implementation: "ours",
    manager,
    agent,
    room: {
      room,
      component: `${roles.managers.get("plain")}/one`,
      connector,
      accounts,
      patience,
      clock,
    },
    slow: options.slow,
    resources: resources.move(),
  });
}

async function checkAccounts({ connector, accounts, clock }: Server): Promise<void> {
  for (const account of accounts) {
    await using _session = await connector.peer(account, new Transcript(() => clock.now()));
  }
}

async function openAgent(
  { agent, agentManager, players }: OwnRoles,
  { connector, clock, patience }: Server,
  files: { readonly chirp: Workspace; readonly chirpAddress: string },
  longestRequestMs: number,
): Promise<DeployedAgent | undefined> {
  if (agent === undefined || agentManager === undefined) return undefined;
  return await openDeployedAgent({
    agent,
    managerAccount: agentManager,
    others: players,
    connector,
    ...files,
    patience,
    longestRequestMs,
    clock,
  });
}
