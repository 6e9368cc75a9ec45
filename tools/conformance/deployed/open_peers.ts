/**
 * Peers that are deployed already: a manager, an agent or a room by JID.
 *
 * @module
 */
import { UsageError } from "../../../lib/cli.ts";
import { tryParseJid } from "../../../lib/protocol/jid.ts";
import { systemRandom } from "../../../lib/random.ts";
import type { Setup } from "../case.ts";
import type { ConformanceOptions } from "../command_line.ts";
import { openOffice, speakAsSetup } from "../setup_speech.ts";
import type { SecureAgentSide } from "../stage.ts";
import type { Target } from "../target.ts";
import { Transcript } from "../transcript.ts";
import { type Account, AccountPool, parseAccount } from "./accounts.ts";
import { type DeployedAgent, openDeployedAgent } from "./deployed_agent.ts";
import type { DeployedKeyManagerOptions } from "./deployed_key_manager.ts";
import { DeployedManager } from "./deployed_manager.ts";
import { type DeployedParts, deployedTarget } from "./deployed_target.ts";
import type { DeployedRoomOptions } from "./deployed_room.ts";
import { type Detected, detectManager, detectRoom } from "./detect_implementation.ts";
import { openMonitor } from "./open_monitor.ts";
import type { Server } from "./open_server.ts";
import { COOLDOWN_SECONDS } from "./own_roles.ts";
import { Keys } from "./read_keys.ts";

/** Longest waits for an agent's request or an account's cooldown, in milliseconds. */
export const REQUEST_MS = { quick: 30_000, slow: 4_000_000 } as const;

/**
 * Opens the peers.
 *
 * @param options The command line.
 * @param server The servers; the target takes them over.
 * @throws {UnreachableError} When one does not answer.
 */
export async function openPeers(options: ConformanceOptions, server: Server): Promise<Target> {
  const { keymanager, ticketIssuer } = options;
  const names = [options.manager, options.agent, options.heartbeat, keymanager, options.monitor];
  for (const name of [...names, ticketIssuer]) if (name !== undefined) checkJid(name);
  const keys = new Keys(options);
  const keyManager = keymanager === undefined
    ? undefined
    : await openKeyManager(options, server, keymanager);
  const room = options.heartbeat === undefined
    ? undefined
    : await openRoom(server, options.heartbeat);
  const monitor = options.monitor === undefined
    ? undefined
    : await openMonitor(options, server, options.monitor);
  const agent = options.agent === undefined ? undefined : await openAgent(options, server, keys);
  if (agent !== undefined) server.resources.use(agent);
  const manager = options.manager === undefined
    ? undefined
    : await openManager(options, server, options.manager, keys);
  const detected = [manager, agent, keyManager, room, monitor].map((peer) => peer?.implementation);
  const implementation = options.implementation ?? (detected.includes("perl") ? "perl" : "other");
  const known = names.filter((name) => name !== undefined).join(", ");
  const parts: DeployedParts = {
    title: implementation === "other" ? known : `${implementation}, ${known}`,
    implementation,
    manager: manager?.deployed,
    agents: agent === undefined ? undefined : new Map([[protectionOf(options), agent]]),
    keyManager: keyManager?.deployed,
    room: room?.deployed,
    monitor: monitor?.deployed,
    slow: options.slow,
    resources: server.resources.move(),
  };
  return deployedTarget(parts);
}

/** A peer, and what it turned out to be; `undefined`: there is nobody to ask. */
interface Opened<Deployed> {
  readonly deployed: Deployed;
  readonly implementation: Detected | undefined;
}

function checkJid(name: string): void {
  if (tryParseJid(name) !== undefined) return;
  throw new UsageError(`Cannot test ${JSON.stringify(name)}: it is no JID`);
}

async function openKeyManager(
  options: ConformanceOptions,
  { accounts, connector, clock, patience }: Server,
  keyManager: string,
): Promise<Opened<DeployedKeyManagerOptions>> {
  const pool = new AccountPool(accounts, clock);
  const key = await new Keys(options).publicKey(keyManager);
  await using peer = await connector.peer(pool.take([]), new Transcript(() => clock.now()));
  const implementation = await detectManager(peer, keyManager);
  const { credential } = options;
  const common = { connector, accounts: pool, patience, clock };
  return { deployed: { keyManager, key, credential, ...common }, implementation };
}

async function openRoom(
  { accounts, connector, clock, patience }: Server,
  room: string,
): Promise<Opened<DeployedRoomOptions>> {
  const pool = new AccountPool(accounts, clock);
  await using peer = await connector.peer(pool.take([]), new Transcript(() => clock.now()));
  const implementation = await detectRoom(peer, room);
  const common = { connector, accounts: pool, patience, clock };
  return { deployed: { room, component: undefined, ...common }, implementation };
}

/** How the tested peer protects its messages, by the keys that are given. */
function protectionOf(options: ConformanceOptions): "plain" | "secure" | "sealed" {
  const { ticketIssuer, sealedKey } = options;
  if (ticketIssuer !== undefined && sealedKey !== undefined) {
    throw new UsageError("Cannot test both modes at once: --ticket-issuer and --sealed-key");
  }
  if (ticketIssuer !== undefined) return "secure";
  return sealedKey === undefined ? "plain" : "sealed";
}

async function openAgent(
  options: ConformanceOptions,
  server: Server,
  keys: Keys,
): Promise<DeployedAgent> {
  const { accounts, connector, clock, patience } = server;
  const { agent = "" } = options;
  const managerAccount = options.managerAccount === undefined
    ? accounts[0]
    : parseAccount(options.managerAccount);
  if (managerAccount === undefined) throw new UsageError("Cannot play a manager: no account");
  const { chirp, chirpAddress } = await server.openChirp(options);
  const issuer = tryParseJid(options.ticketIssuer)?.local;
  return await openDeployedAgent({
    agent,
    setup: protectionOf(options),
    secure: await openIssuer(options, server, keys, managerAccount),
    sealed: await keys.forSealed(agent),
    managerAccount,
    others: accounts.filter(({ user }) => user !== managerAccount.user && user !== issuer),
    connector,
    chirp,
    chirpAddress,
    patience,
    longestRequestMs: options.slow ? REQUEST_MS.slow : REQUEST_MS.quick,
    onReady: () => server.context.tell(`Waiting for ${agent}`),
    clock,
    random: systemRandom,
  });
}

/** Goes online as the key manager of an agent in secure mode. */
async function openIssuer(
  { ticketIssuer }: ConformanceOptions,
  { accounts, connector, clock, resources }: Server,
  keys: Keys,
  manager: Account,
): Promise<SecureAgentSide | undefined> {
  if (ticketIssuer === undefined) return undefined;
  const account = accounts.find(({ user }) => user === tryParseJid(ticketIssuer)?.local);
  if (account === undefined) {
    throw new UsageError(`Cannot log in as ${ticketIssuer}: no account of that name is given`);
  }
  const key = await keys.privateKey(ticketIssuer);
  const own = await keys.privateKey(`${manager.user}@${connector.domain}`);
  const peer = resources.use(await connector.peer(account, new Transcript(() => clock.now())));
  return { manager: own, office: openOffice(peer, key, systemRandom) };
}

async function openManager(
  options: ConformanceOptions,
  server: Server,
  jid: string,
  keys: Keys,
): Promise<Opened<DeployedManager>> {
  const { connector, clock, patience } = server;
  const accounts = new AccountPool(server.accounts, clock, server.context.signal);
  const redis = await server.openRedis(options.redis);
  const chirp = await server.openFolder(options.chirpDir);
  const done = await server.openFolder(options.doneDir);
  await using peer = await connector.peer(accounts.take([]), new Transcript(() => clock.now()));
  const sealed = await keys.forSealed(jid);
  speakAsSetup(peer, protectionOf(options), {
    tested: jid,
    key: undefined,
    sealed,
    clock,
    random: systemRandom,
  });
  const implementation = await detectManager(peer, jid);
  const isOriginal = (options.implementation ?? implementation) === "perl";
  const cooldownSeconds = options.cooldown ?? (isOriginal ? COOLDOWN_SECONDS : 0);
  const deployed = new DeployedManager({
    site: {
      managers: new Map(setupsOf(options, cooldownSeconds).map((setup) => [setup, jid])),
      redis,
      chirp,
      done,
      queue: options.queue,
      chirpAddress: options.chirp ?? "127.0.0.1:9094",
      requireFile: options.requireFile,
      cooldownSeconds,
      secure: await keys.forManager(jid),
      sealed,
    },
    connector,
    accounts,
    patience,
    longestRestMs: options.slow ? REQUEST_MS.slow : REQUEST_MS.quick,
    clock,
    random: systemRandom,
  });
  return { deployed, implementation };
}

/** What a deployed manager's configuration makes of it. */
function setupsOf(options: ConformanceOptions, cooldownSeconds: number): Setup[] {
  const protection = protectionOf(options);
  if (protection !== "plain") return [protection];
  if (options.mode === "queue") return ["queue-only"];
  if (options.mode === "storage") return ["storage-only"];
  const setups: Setup[] = [];
  if (cooldownSeconds > 0) setups.push("cooldown");
  if (options.requireFile !== undefined) setups.push("require-file");
  if (options.twoManagers) setups.push("two-managers");
  return setups.length === 0 ? ["plain"] : setups;
}
