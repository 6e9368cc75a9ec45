/**
 * Our roles on a real server, started by the suite: a manager for each setup there are accounts for, and
 * an agent.
 *
 * @module
 */
import { parseChirpAddress } from "../../../lib/chirp/address.ts";
import { systemClock } from "../../../lib/clock.ts";
import { connectChirp } from "../../../lib/chirp/mod.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import { silentLogger } from "../../../lib/log.ts";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import { linuxHost } from "../../../lib/machine/linux_host.ts";
import { processRunner } from "../../../lib/machine/process_runner.ts";
import type { Workspace } from "../../../lib/machine/workspace.ts";
import { systemRandom } from "../../../lib/random.ts";
import { Agent } from "../../../roles/agent.ts";
import type { AgentTimes } from "../../../roles/agent/options.ts";
import { JobManager } from "../../../roles/jobmanager.ts";
import type { JobManagerOptions } from "../../../roles/jobmanager/options.ts";
import { KeyManager } from "../../../roles/keymanager.ts";
import { Monitor } from "../../../roles/monitor.ts";
import type { MonitorOptions } from "../../../roles/monitor/options.ts";
import type { Setup } from "../case.ts";
import { guardAgent, guardKeyManager, guardManager } from "../role_guards.ts";
import { suiteKeys } from "../suite_keys.ts";
import type { Account } from "./accounts.ts";
import type { Connector } from "./connector.ts";

/** A file that our managers require in one setup; nothing looks for it. */
export const REQUIRED_FILE = "/cvmfs/conformance.example/ready";
/** The original's cooldown. */
export const COOLDOWN_SECONDS = 60;

/** Setups in the order in which accounts are given to them. */
const SETUPS: readonly (readonly [Setup, Partial<JobManagerOptions>])[] = [
  ["plain", {}],
  ["two-managers", {}],
  ["cooldown", { cooldownSeconds: COOLDOWN_SECONDS }],
  ["require-file", { requireFile: REQUIRED_FILE }],
  ["queue-only", { mode: "queue" }],
  ["storage-only", { mode: "storage" }],
  ["secure", {}],
  ["sealed", {}],
];
/** What our key manager wants to be shown. */
export const CREDENTIAL = "a-long-secret";
const SEAMS = { clock: systemClock, random: systemRandom };
/** Accounts that the suite itself plays with at least. */
const PLAYERS = 3;
/** Requests of an agent that asks again before a case without --slow gives up. */
const QUICK: Partial<AgentTimes> = { requestMs: 5000, longestRequestMs: 5000 };

/** Where our roles work. */
export interface OwnSite {
  readonly connector: Connector;
  readonly redis: RedisCalls;
  readonly queue: string;
  readonly chirp: Workspace;
  readonly chirpAddress: string;
  readonly done: Workspace;
  /** Folder for the agent's jobs. */
  readonly workFolder: string;
  /** Bare JID of a room to join. */
  readonly room: string;
  /** Where the monitor's reports go. */
  readonly reports: Pick<MonitorOptions, "metrics" | "details">;
  /** True: the agent waits as the original does. */
  readonly slow: boolean;
}

/** An agent that waits to be started: who plays its other side comes first. */
export interface OwnAgent {
  readonly setup: "plain" | "secure" | "sealed";
  /** Its bare JID. */
  readonly jid: string;
  /** Account that it asks. */
  readonly manager: Account;
  /** Account of its key manager; with the setup `secure`. */
  readonly keyManager: Account | undefined;
  /** Starts it; it stops with the other roles. */
  start(): void;
}

/** Our roles at work. */
export interface OwnRoles extends AsyncDisposable {
  /** JID of the manager of each setup. */
  readonly managers: ReadonlyMap<Setup, string>;
  readonly agents: readonly OwnAgent[];
  /** JID of the key manager; `undefined` where there are too few accounts. */
  readonly keyManager: string | undefined;
  /** JID of the monitor; likewise. */
  readonly monitor: string | undefined;
  /** Accounts that are left to play with. */
  readonly players: readonly Account[];
}

/**
 * Starts our roles: a plain manager and a plain agent first, then as many others as there are accounts for.
 *
 * @param accounts Accounts; the more there are, the more setups.
 * @param site Where they work.
 */
export async function startOwnRoles(
  accounts: readonly Account[],
  site: OwnSite,
): Promise<OwnRoles> {
  const left = [...accounts];
  /** So many accounts, where enough are left to play with. */
  const take = (count: number) => left.length >= count + PLAYERS ? left.splice(0, count) : [];
  const bare = ({ user }: Account) => `${user}@${site.connector.domain}`;
  await using started = new AsyncDisposableStack();
  const managers = new Map<Setup, string>();
  const agents: OwnAgent[] = [];
  const startManager = ([setup, options]: typeof SETUPS[number], account: Account | undefined) => {
    if (account === undefined) return;
    for (const resource of setup === "two-managers" ? ["one", "two"] : ["one"]) {
      const role = manager(
        { account, resource, setup, options, talkers: accounts.map(bare) },
        site,
      );
      started.use(running(role));
    }
    managers.set(setup, bare(account));
  };
  const prepareAgent = (setup: OwnAgent["setup"]) => {
    const [account, asked, issuer] = take(setup === "secure" ? 3 : 2);
    if (account === undefined || asked === undefined) return;
    const make = () =>
      agent(account, { setup, manager: bare(asked), issuer: issuer && bare(issuer) }, site);
    agents.push({
      setup,
      jid: bare(account),
      manager: asked,
      keyManager: issuer,
      start: () => void roles.use(running(make())),
    });
  };
  const [plain, ...others] = SETUPS;
  if (plain !== undefined) startManager(plain, left.shift());
  prepareAgent("plain");
  for (const setup of others) startManager(setup, take(1)[0]);
  const [keyManagerAccount] = take(1);
  if (keyManagerAccount !== undefined) started.use(running(keyManager(keyManagerAccount, site)));
  const [monitorAccount] = take(1);
  if (monitorAccount !== undefined) started.use(running(monitor(monitorAccount, site)));
  prepareAgent("secure");
  prepareAgent("sealed");
  const roles = started.move();
  return {
    managers,
    agents,
    keyManager: keyManagerAccount && bare(keyManagerAccount),
    monitor: monitorAccount && bare(monitorAccount),
    players: left,
    [Symbol.asyncDispose]: () => roles.disposeAsync(),
  };
}

/** How a manager differs from a plain one. */
interface ManagerTraits {
  readonly account: Account;
  readonly resource: string;
  readonly setup: Setup;
  readonly options: Partial<JobManagerOptions>;
  /** Bare JIDs of whoever may talk with it in sealed mode. */
  readonly talkers: readonly string[];
}

function manager(
  { account, resource, setup, options, talkers }: ManagerTraits,
  site: OwnSite,
): JobManager {
  const link = site.connector.link(account, resource);
  return new JobManager({
    link: guardManager(link, { ...SEAMS, setup, sealedPeers: talkers }),
    store: new RedisJobStore(site.redis, { waitingList: site.queue }),
    chirpFolder: site.chirp,
    doneFolder: site.done,
    chirpAddress: site.chirpAddress,
    room: site.room,
    host: linuxHost(),
    log: silentLogger,
    ...options,
  });
}

/** Whom an agent talks with; bare JIDs. */
interface AgentTraits {
  readonly setup: OwnAgent["setup"];
  readonly manager: string;
  readonly issuer: string | undefined;
}

function agent(account: Account, traits: AgentTraits, site: OwnSite): Agent {
  const { setup, manager, issuer = "" } = traits;
  const link = site.connector.link(account, "one");
  const guards = { ...SEAMS, setup, sealedPeers: [manager] };
  return new Agent({
    manager,
    link: guardAgent(link, { manager, keyManager: issuer }, guards),
    host: linuxHost(),
    workspace: diskWorkspace(site.workFolder),
    runner: processRunner(),
    openTransfer: (address) => connectChirp({ ...parseChirpAddress(address), auth: ["address"] }),
    room: site.room,
    log: silentLogger,
    times: site.slow ? {} : QUICK,
  });
}

function keyManager(account: Account, { connector }: OwnSite): KeyManager {
  return new KeyManager({
    link: guardKeyManager(connector.link(account, "one"), systemClock, systemRandom),
    key: suiteKeys().keyManager,
    credential: CREDENTIAL,
    log: silentLogger,
  });
}

function monitor(account: Account, { connector, reports }: OwnSite): Monitor {
  return new Monitor({ link: connector.link(account, "one"), ...reports, log: silentLogger });
}

/** Runs a role until it is disposed of. */
function running(role: { run(signal: AbortSignal): Promise<void> }): AsyncDisposable {
  const stop = new AbortController();
  const ended = role.run(stop.signal);
  // Whoever stops it sees the error.
  ended.catch(() => {});
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort(new Error("The run is over"));
      await ended;
    },
  };
}
