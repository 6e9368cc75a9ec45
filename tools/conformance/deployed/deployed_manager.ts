/**
 * Cases against a manager on a real server.
 *
 * @module
 */
import type { Clock } from "../../../lib/clock.ts";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import type { Workspace } from "../../../lib/machine/workspace.ts";
import { decodeValue } from "../../../lib/protocol/value.ts";
import type { Random } from "../../../lib/random.ts";
import type { ManagerCase, Setup } from "../case.ts";
import { SuiteJobs } from "../job_bench.ts";
import type { Patience, Peer } from "../peer.ts";
import { removeTraces } from "../redis_traces.ts";
import type { ManagerStage, SealedKeys, SecureManagerKeys } from "../stage.ts";
import type { TranscriptMaker } from "../target.ts";
import { CaseSkipped } from "../verdict.ts";
import type { Account, AccountPool } from "./accounts.ts";
import type { Connector } from "./connector.ts";

/** The manager's servers as far as the suite may use them. */
export interface ManagerSite {
  /** JID of the manager by how it is configured. */
  readonly managers: ReadonlyMap<Setup, string>;
  readonly redis: RedisCalls | undefined;
  readonly chirp: Workspace | undefined;
  readonly done: Workspace | undefined;
  readonly queue: string;
  /** Address of the Chirp server that jobs name. */
  readonly chirpAddress: string;
  readonly requireFile: string | undefined;
  readonly cooldownSeconds: number;
  /** Keys for a manager in the original's secure mode. */
  readonly secure: SecureManagerKeys | undefined;
  /** Keys for a manager in sealed mode. */
  readonly sealed: SealedKeys | undefined;
}

/** Options of a {@linkcode DeployedManager}. */
export interface DeployedManagerOptions {
  readonly site: ManagerSite;
  readonly connector: Connector;
  readonly accounts: AccountPool;
  readonly patience: Patience;
  /** Longest wait for an account whose cooldown is not over, in milliseconds. */
  readonly longestRestMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** Why a case with a setup cannot be run, and what would help. */
const NO_SETUP: Readonly<Record<Setup, string>> = {
  plain: "It needs a manager without cooldown and required file that does both halves of the work",
  cooldown: "It needs a manager with a cooldown: --cooldown SECONDS",
  "require-file": "It needs a manager with a required file: --require-file PATH",
  "queue-only": "It needs a queue-only manager: --mode queue",
  "storage-only": "It needs a storage-only manager: --mode storage",
  "two-managers": "It needs two managers on one JID: --two-managers",
  secure:
    "It needs a manager in secure mode: --public-keys FILE, --ticket-issuer JID, --key JID=FILE",
  sealed: "It needs a manager in sealed mode: --sealed-key FILE and --sealed-peers FILE",
};

/** Runs cases against deployed managers. */
export class DeployedManager {
  readonly #options: DeployedManagerOptions;
  readonly #leftovers = new Set<string>();
  /** Jobs of the cases that are run now. */
  readonly #atWork = new Set<SuiteJobs>();

  /** @param options See {@linkcode DeployedManagerOptions}. */
  constructor(options: DeployedManagerOptions) {
    this.#options = options;
  }

  /** What could not be removed so far, and what running cases have not removed yet. */
  get leftovers(): readonly string[] {
    return [...this.#leftovers, ...[...this.#atWork].flatMap((jobs) => jobs.names)];
  }

  /** Why a case cannot be run; `undefined` where it can. */
  skipReason(test: ManagerCase): string | undefined {
    const { redis, chirp, done } = this.#options.site;
    const needs = test.needs ?? [];
    if (this.#managerFor(test) === undefined) return NO_SETUP[test.setup ?? "plain"];
    if (needs.includes("jobs") && (redis === undefined || chirp === undefined)) {
      return "It consumes jobs: --redis HOST:PORT and --chirp-dir DIR";
    }
    if (needs.includes("chirp") && chirp === undefined) return "It looks at files: --chirp-dir DIR";
    if (needs.includes("done") && done === undefined) return "It looks at output: --done-dir DIR";
    return undefined;
  }

  /** A case without setup takes any manager that does both halves. */
  #managerFor({ setup, notWith = [] }: ManagerCase): string | undefined {
    const { managers } = this.#options.site;
    if (setup !== undefined) return managers.get(setup);
    const excluded = notWith.map((name) => managers.get(name));
    const whole: readonly Setup[] = ["plain", "cooldown", "require-file", "two-managers"];
    return whole.map((name) => managers.get(name))
      .find((jid) => jid !== undefined && !excluded.includes(jid));
  }

  /** Runs a case. */
  async run(test: ManagerCase, makeTranscript: TranscriptMaker): Promise<void> {
    const { site, clock, patience } = this.#options;
    await using sessions = new ManagerSessions(test, this.#options, makeTranscript);
    const jobs = this.#openJobs();
    if (jobs !== undefined) this.#atWork.add(jobs);
    const isJobCase = test.needs?.includes("jobs") === true;
    if (isJobCase) await jobs?.refuseForeignJobs();
    const stage: ManagerStage = {
      clock,
      patience,
      manager: this.#managerFor(test) ?? "",
      peer: () => sessions.open(),
      sibling: (peer) => sessions.sibling(peer),
      get jobs() {
        return jobs ?? unavailable("its queue");
      },
      get chirp() {
        return site.chirp ?? unavailable("its Chirp folder");
      },
      requireFile: site.requireFile ?? "",
      cooldownSeconds: site.cooldownSeconds,
      get secure() {
        return site.secure ?? unavailable("keys for the secure mode");
      },
      get sealed() {
        return site.sealed ?? unavailable("keys for the sealed mode");
      },
    };
    try {
      await test.run(stage);
    } finally {
      // A manager may still be at it: what it leaves behind is removed once it is done.
      if (isJobCase) await sessions.farewell();
      const left = await jobs?.clear(sessions.users) ?? [];
      for (const key of left) this.#leftovers.add(key);
      if (jobs !== undefined) this.#atWork.delete(jobs);
    }
  }

  #openJobs(): SuiteJobs | undefined {
    const { redis, chirp, done, queue, chirpAddress } = this.#options.site;
    if (redis === undefined || chirp === undefined) return undefined;
    const { random } = this.#options;
    return new SuiteJobs({ redis, chirp, done, queue, chirpAddress, random });
  }
}

function unavailable(what: string): never {
  throw new CaseSkipped(`The case needs ${what}`);
}

/** The sessions of one case. */
class ManagerSessions implements AsyncDisposable {
  readonly #options: DeployedManagerOptions;
  readonly #transcript;
  readonly #asks: boolean;
  readonly #accounts: Account[] = [];
  readonly #peers: Peer[] = [];

  constructor(test: ManagerCase, options: DeployedManagerOptions, makeTranscript: TranscriptMaker) {
    this.#options = options;
    this.#asks = test.needs?.includes("asks") === true;
    this.#transcript = makeTranscript(() => options.clock.now());
  }

  /** Local parts of the accounts. */
  get users(): string[] {
    return this.#accounts.map(({ user }) => user);
  }

  /** Opens a session on an account of its own. */
  async open(): Promise<Peer> {
    const account = await this.#takeAccount();
    this.#accounts.push(account);
    return await this.#open(account);
  }

  /** Opens another session on a peer's account. */
  async sibling(peer: Peer): Promise<Peer> {
    const user = peer.bare.replace(/@.*$/, "");
    const account = this.#accounts.find((other) => other.user === user);
    if (account === undefined) throw new TypeError(`Cannot find the account of ${peer.bare}`);
    return await this.#open(account);
  }

  /** Acknowledges what a case has left unacknowledged, so that nothing is sent again to nobody. */
  async farewell(): Promise<void> {
    for (const peer of this.#peers) {
      peer.heedsSignal = false;
      for (const heard of peer.heard) {
        if (!peer.acknowledges && !heard.noack) peer.acknowledge(heard);
      }
    }
    // Whatever the manager does upon it comes before its answer to this.
    const [peer] = this.#peers;
    await peer?.pass(Math.min(100, this.#options.patience.silenceMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer[Symbol.asyncDispose]()));
  }

  async #takeAccount(): Promise<Account> {
    const { accounts, site, longestRestMs } = this.#options;
    const { cooldownSeconds, redis } = site;
    if (!this.#asks || cooldownSeconds === 0) return accounts.take(this.#accounts);
    if (redis !== undefined) {
      const account = accounts.take(this.#accounts);
      await removeTraces(redis, { queue: site.queue, ids: [], accounts: [account.user] });
      accounts.forget(account.user);
      return account;
    }
    return await accounts.takeRested(this.#accounts, cooldownSeconds * 1000, longestRestMs);
  }

  async #open(account: Account): Promise<Peer> {
    const { connector, accounts } = this.#options;
    const peer = await connector.peer(account, this.#transcript, (command) => {
      if (decodeValue(command) === "want_getJob") accounts.asked(account.user);
    });
    this.#peers.push(peer);
    return peer;
  }
}
