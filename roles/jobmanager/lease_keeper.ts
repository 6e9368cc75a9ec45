/**
 * Watches over leases: asks agents that are silent whether they live, and takes jobs back from those that
 * do not. Nothing expires while the manager itself is cut off.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/error_message.ts";
import type { JobStore, LeaseStatus } from "../../lib/jobs/job_store.ts";
import type { Logger } from "../../lib/log.ts";
import { LostCalls } from "./lost_calls.ts";

/** Leases looked at in one step of a sweep. */
const PAGE = 1000;
/** Silent leases looked at in one sweep at most; the rest follow in the next. */
const MOST_SILENT = 200_000;
/** Pings in the length of a lease that is hardly longer than the time of silence. */
const PINGS_PER_LEASE = 3;
/** Agents whose sign of life could not be stored that are told apart; more of them mean that the store is away. */
const MOST_UNSTORED = 10_000;

/** Options of a {@linkcode LeaseKeeper}. */
export interface LeaseKeeperOptions {
  readonly store: JobStore;
  /** Time in which pings may stay unanswered, in seconds. */
  readonly silenceSeconds: number;
  /** Length of a lease without a sign of life, in seconds. */
  readonly leaseSeconds: number;
  /** Sends `Heartbeat:ping` to a full JID. */
  readonly ping: (agent: string) => void;
  /** Looks whether a job that is to be taken back has in fact been delivered; true where it has. */
  readonly findDelivered: (lease: LeaseStatus) => Promise<boolean>;
  /** Told of every job taken back. */
  readonly onTakenBack: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One manager's watch; several managers may watch the same queue. */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  /** Time of the first unanswered ping by full JID. */
  readonly #askedMs = new Map<string, number>();
  /** When a sign of life could not be stored, by full JID: those leases may look expired that are not. */
  readonly #unstoredMs = new Map<string, number>();
  readonly #losses = new LostCalls();
  /** Since when both the agents and the store can be reached; `undefined` while offline. */
  #readySinceMs: number | undefined;

  /** @param options See {@linkcode LeaseKeeperOptions}. */
  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** The link is up: agents get the time of silence to be heard again. */
  online(): void {
    this.#readySinceMs = this.#options.clock.now();
  }

  /** The link is down: what was asked before does not count. */
  offline(): void {
    this.#readySinceMs = undefined;
    this.#askedMs.clear();
  }

  /** A sign of life of an agent could not be stored: its leases get the time of silence to be extended. */
  touchFailed(agent: string): void {
    if (this.#unstoredMs.size >= MOST_UNSTORED) this.#storeFailed();
    else this.#unstoredMs.set(agent, this.#options.clock.now());
  }

  /** An agent was heard. */
  heard(agent: string): void {
    this.#askedMs.delete(agent);
  }

  /**
   * Looks at all leases once.
   *
   * @returns Number of jobs taken back.
   * @throws {RedisError} When the store cannot be reached; nothing has expired then.
   */
  async sweep(): Promise<number> {
    const readySinceMs = this.#readySinceMs;
    if (readySinceMs === undefined) return 0;
    try {
      const taken = await this.#takeFromSilent(readySinceMs);
      return taken + await this.#takeExpired(readySinceMs);
    } catch (error) {
      this.#storeFailed();
      throw error;
    }
  }

  /** The store could not be reached: signs of life are lost, and the time of silence begins anew. */
  #storeFailed(): void {
    if (this.#readySinceMs !== undefined) this.#readySinceMs = this.#options.clock.now();
    this.#unstoredMs.clear();
  }

  async #takeFromSilent(readySinceMs: number): Promise<number> {
    const { silenceSeconds } = this.#options;
    const silent = await this.#silentLeases();
    let taken = 0;
    for (const lease of silent) {
      if (this.#readySinceMs !== readySinceMs) return taken;
      if (!this.#unansweredFor(lease.agent, silenceSeconds * 1000)) continue;
      const reason = `${lease.agent} has been silent for ${silenceSeconds} s`;
      if (await this.#takeBack(lease, reason, lease.seenMs)) taken++;
    }
    this.#forgetAllBut(silent);
    return taken;
  }

  /** Reads all leases without a sign of life before anybody is asked: answers would move the pages. */
  async #silentLeases(): Promise<readonly LeaseStatus[]> {
    const { store, silenceSeconds, leaseSeconds } = this.#options;
    const askSeconds = Math.min(silenceSeconds, leaseSeconds / PINGS_PER_LEASE);
    const silent: LeaseStatus[] = [];
    while (silent.length < MOST_SILENT) {
      const page = await this.#losses.repeat(() =>
        store.silentLeases(askSeconds, PAGE, silent.length)
      );
      silent.push(...page);
      if (page.length < PAGE) break;
    }
    return silent;
  }

  async #takeExpired(readySinceMs: number): Promise<number> {
    const { store, silenceSeconds, clock } = this.#options;
    // Leases that ran out while nobody could extend them get the time of silence, too.
    if (clock.now() - readySinceMs < silenceSeconds * 1000) return 0;
    for (const [agent, unstoredMs] of this.#unstoredMs) {
      if (clock.now() - unstoredMs >= silenceSeconds * 1000) this.#unstoredMs.delete(agent);
    }
    let taken = 0;
    for (const lease of await this.#losses.repeat(() => store.expiredLeases(PAGE))) {
      if (this.#readySinceMs !== readySinceMs) return taken;
      if (this.#unstoredMs.has(lease.agent)) continue;
      if (await this.#takeBack(lease, "The lease has ended")) taken++;
    }
    return taken;
  }

  /** Forgets whom it asked about leases that other managers have ended. */
  #forgetAllBut(silent: readonly LeaseStatus[]): void {
    if (this.#askedMs.size === 0 || silent.length >= MOST_SILENT) return;
    const agents = new Set(silent.map(({ agent }) => agent));
    for (const agent of this.#askedMs.keys()) {
      if (!agents.has(agent)) this.#askedMs.delete(agent);
    }
  }

  /** Asks the agent unless it was asked; true where it has not answered for so long. */
  #unansweredFor(agent: string, silenceMs: number): boolean {
    const { clock, ping } = this.#options;
    const askedMs = this.#askedMs.get(agent);
    ping(agent);
    if (askedMs === undefined) {
      this.#askedMs.set(agent, clock.now());
      return false;
    }
    return clock.now() - askedMs >= silenceMs;
  }

  async #takeBack(lease: LeaseStatus, reason: string, seenMs?: number): Promise<boolean> {
    const { store, findDelivered, onTakenBack, log } = this.#options;
    const { id, token } = lease;
    try {
      if (await findDelivered(lease)) return false;
      const result = await store.requeue({ id, token, seenMs }, reason);
      this.#losses.none();
      if (result === "unchanged") return false;
      log.warning(`Job ${id} ${result === "failed" ? "failed" : "is taken back"}: ${reason}`);
      onTakenBack();
      return true;
    } catch (error) {
      // The next sweep looks again; one job's files or call must not keep the others from being taken back.
      this.#losses.bear(error);
      log.error(`Cannot take job ${id} back: ${messageOf(error)}`);
      return false;
    }
  }
}
