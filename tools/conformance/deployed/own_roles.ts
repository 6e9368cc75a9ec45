/**
 * Our roles on a real server, started by the suite: a manager for each setup there are accounts for, and
 * an agent.
 *
 * @module
 */
import { parseChirpAddress } from "../../../lib/chirp/address.ts";
import { connectChirp } from "../../../lib/chirp/mod.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import { silentLogger } from "../../../lib/log.ts";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import { linuxHost } from "../../../lib/machine/linux_host.ts";
import { processRunner } from "../../../lib/machine/process_runner.ts";
import type { Workspace } from "../../../lib/machine/workspace.ts";
import { Agent } from "../../../roles/agent.ts";
import type { AgentTimes } from "../../../roles/agent/options.ts";
import { JobManager } from "../../../roles/jobmanager.ts";
import type { JobManagerOptions } from "../../../roles/jobmanager/options.ts";
import type { Setup } from "../case.ts";
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
];
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
  /** True: the agent waits as the original does. */
  readonly slow: boolean;
}

/** Our roles at work. */
export interface OwnRoles extends AsyncDisposable {
  /** JID of the manager of each setup. */
  readonly managers: ReadonlyMap<Setup, string>;
  /** JID of the agent; `undefined` where there are too few accounts. */
  readonly agent: string | undefined;
  /** Account that the agent asks. */
  readonly agentManager: Account | undefined;
  /** Accounts that are left to play with. */
  readonly players: readonly Account[];
}

/**
 * Starts our roles.
 *
 * @param accounts Accounts; the more there are, the more setups.
 * @param site Where they work.
 */
export async function startOwnRoles(
  accounts: readonly Account[],
  site: OwnSite,
): Promise<OwnRoles> {
  const left = [...accounts];
  await using started = new AsyncDisposableStack();
  const domain = site.connector.domain;
  const managers = new Map<Setup, string>();
  const startManager = (setup: Setup, options: Partial<JobManagerOptions>) => {
    const account = left.shift();
    if (account === undefined) return;
    const resources = setup === "two-managers" ? ["one", "two"] : ["one"];
    for (const resource of resources) {
      started.use(running(manager(account, resource, options, site)));
    }
    managers.set(setup, `${account.user}@${domain}`);
  };
  const [plain, ...others] = SETUPS;
  if (plain !== undefined) startManager(...plain);
  let agent: string | undefined;
  let agentManager: Account | undefined;
  if (left.length >= PLAYERS + 2) {
    const account = left.shift();
    agentManager = left.shift();
    if (account !== undefined && agentManager !== undefined) {
      started.use(running(makeAgent(account, agentManager, site)));
      agent = `${account.user}@${domain}`;
    }
  }
  for (const [setup, options] of others) {
    if (left.length > PLAYERS) startManager(setup, options);
  }
  const roles = started.move();
  return {
    managers,
    agent,
    agentManager,
    players: left,
    [Symbol.asyncDispose]: () => roles.disposeAsync(),
  };
}

function manager(
  account: Account,
  resource: string,
  options: Partial<JobManagerOptions>,
  site: OwnSite,
): JobManager {
  return new JobManager({
    link: site.connector.link(account, resource),
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

function makeAgent(account: Account, asked: Account, site: OwnSite): Agent {
  return new Agent({
    manager: `${asked.user}@${site.connector.domain}`,
    link: site.connector.link(account, "one"),
    host: linuxHost(),
    workspace: diskWorkspace(site.workFolder),
    runner: processRunner(),
    openTransfer: (address) => connectChirp({ ...parseChirpAddress(address), auth: ["address"] }),
    room: site.room,
    log: silentLogger,
    times: site.slow ? {} : QUICK,
  });
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
