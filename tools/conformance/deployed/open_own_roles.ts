/**
 * Our roles on a real server.
 *
 * @module
 */
import { silentLogger } from "../../../lib/log.ts";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import type { Workspace } from "../../../lib/machine/workspace.ts";
import { carbonSender } from "../../../lib/metrics/carbon_sender.ts";
import { randomHex, systemRandom } from "../../../lib/random.ts";
import { mongoDetailStore } from "../../../roles/monitor/mongo_detail_store.ts";
import { startMongoServer } from "../../../sim/mongo/mod.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";
import type { Setup } from "../case.ts";
import type { ConformanceOptions } from "../command_line.ts";
import { DATABASE, readDetails } from "../detail_reader.ts";
import { openOffice } from "../setup_speech.ts";
import type { SealedKeys, SecureAgentSide } from "../stage.ts";
import { suiteKeys } from "../suite_keys.ts";
import type { Target } from "../target.ts";
import { Transcript } from "../transcript.ts";
import { type Account, AccountPool } from "./accounts.ts";
import { type DeployedAgent, openDeployedAgent } from "./deployed_agent.ts";
import { DeployedManager } from "./deployed_manager.ts";
import { deployedTarget } from "./deployed_target.ts";
import { listenAsCarbon } from "./open_monitor.ts";
import { REQUEST_MS } from "./open_peers.ts";
import type { Server } from "./open_server.ts";
import {
  COOLDOWN_SECONDS,
  CREDENTIAL,
  type OwnAgent,
  REQUIRED_FILE,
  startOwnRoles,
} from "./own_roles.ts";

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
  const reports = await openReports(server);
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
      reports,
      slow: options.slow,
    }),
  );
  const common = { connector, accounts: new AccountPool(roles.players, clock), patience, clock };
  const longestMs = options.slow ? REQUEST_MS.slow : REQUEST_MS.quick;
  const agents = new Map<Setup, DeployedAgent>();
  for (const agent of roles.agents) {
    const files = { chirp, chirpAddress };
    agents.set(agent.setup, await openAgent(agent, roles.players, server, files, longestMs));
  }
  const keys = suiteKeys();
  const manager = new DeployedManager({
    site: {
      ...{ managers: roles.managers, redis, chirp, done, queue, chirpAddress },
      requireFile: REQUIRED_FILE,
      cooldownSeconds: COOLDOWN_SECONDS,
      secure: { manager: keys.manager.publicKey, keyManager: keys.keyManager },
      sealed: sealedKeys(),
    },
    ...common,
    longestRestMs: longestMs,
    random: systemRandom,
  });
  return deployedTarget({
    title: `ours, ${server.name}`,
    implementation: "ours",
    manager,
    agents,
    keyManager: roles.keyManager === undefined ? undefined : {
      keyManager: roles.keyManager,
      key: keys.keyManager.publicKey,
      credential: CREDENTIAL,
      ...common,
    },
    monitor: roles.monitor === undefined ? undefined : {
      ...{ monitor: roles.monitor, carbon: reports.carbon, details: reports.reader },
      random: systemRandom,
      ...common,
    },
    room: { room, component: `${roles.managers.get("plain")}/one`, ...common },
    slow: options.slow,
    resources: resources.move(),
  });
}

/** The suite as Carbon, an embedded MongoDB, and what our monitor sends to them with. */
async function openReports(server: Server) {
  const { clock, resources } = server;
  const hostname = "127.0.0.1";
  const { carbon, port } = listenAsCarbon(server, { host: hostname, port: 0 });
  const { url } = resources.use(await startMongoServer());
  const reader = resources.use(await readDetails(url));
  const metrics = resources.use(carbonSender({ hostname, port }));
  const details = resources.use(
    mongoDetailStore({ url, database: DATABASE, clock, log: silentLogger }),
  );
  return { carbon, reader, metrics, details };
}

async function checkAccounts({ connector, accounts, clock }: Server): Promise<void> {
  for (const account of accounts) {
    await using _session = await connector.peer(account, new Transcript(() => clock.now()));
  }
}

async function openAgent(
  agent: OwnAgent,
  others: readonly Account[],
  { connector, clock, patience, resources }: Server,
  files: { readonly chirp: Workspace; readonly chirpAddress: string },
  longestRequestMs: number,
): Promise<DeployedAgent> {
  const { setup, jid, manager, keyManager } = agent;
  const { manager: own, keyManager: key } = suiteKeys();
  let secure: SecureAgentSide | undefined;
  if (keyManager !== undefined) {
    const transcript = new Transcript(() => clock.now());
    const peer = resources.use(await connector.peer(keyManager, transcript));
    secure = { manager: own, office: openOffice(peer, key, systemRandom) };
  }
  agent.start();
  return resources.use(
    await openDeployedAgent({
      agent: jid,
      setup,
      secure,
      sealed: setup === "sealed" ? sealedKeys() : undefined,
      managerAccount: manager,
      others,
      connector,
      ...files,
      patience,
      longestRequestMs,
      clock,
      random: systemRandom,
    }),
  );
}

function sealedKeys(): SealedKeys {
  const { sealedOwn: own, sealedTested } = suiteKeys();
  return { own, tested: sealedTested.publicKey };
}
