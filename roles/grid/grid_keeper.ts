/**
 * Keeps a grid told of its jobs until it knows how they ended: that they run, where their output is, how
 * they ended, or that they come back. Every step may be made again.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/error_message.ts";
import {
  type GridAdapter,
  GridError,
  type GridJobRef,
  type JobOutput,
} from "../../lib/grid/adapter.ts";
import type { GridLedger } from "../../lib/grid/ledger.ts";
import type { JobRecord, JobStore } from "../../lib/jobs/job_store.ts";
import type { Logger } from "../../lib/log.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import { tryParseJid } from "../../lib/protocol/jid.ts";

/** What a {@linkcode GridKeeper} needs. */
export interface GridKeeperOptions {
  /** The grid. */
  readonly adapter: GridAdapter;
  /** What was taken from it. */
  readonly ledger: GridLedger;
  /** The site's queue. */
  readonly store: JobStore;
  /** Whether it follows jobs until they end: that they run, or that nobody wants them. */
  readonly tends: boolean;
  /** Folder of finished jobs; `undefined`: jobs that have ended are another keeper's. */
  readonly doneFolder: Workspace | undefined;
  /** A job that no agent has wanted for so long goes back to the grid. Default: 3,600 s. */
  readonly giveBackSeconds?: number | undefined;
  /** Clock of waits. */
  readonly clock: Clock;
  /** Told of every job that leaves the site, and when the grid cannot be reached. */
  readonly log: Logger;
}

/** Jobs whose steps are made at once: a slow transfer must not hold up the others. */
const MOST_AT_ONCE = 10;

/** Follows the jobs of one grid; any number may follow the same ones. */
export class GridKeeper implements AsyncDisposable {
  readonly #options: GridKeeperOptions;
  /** Steps that are being made, by job. */
  readonly #running = new Map<string, Promise<void>>();
  /** Leases that the grid knows of: token by job. */
  readonly #startedToken = new Map<string, number>();

  /** @param options See {@linkcode GridKeeperOptions}. */
  constructor(options: GridKeeperOptions) {
    this.#options = options;
  }

  /**
   * Begins the next step of each job of the grid, unless its last one is still being made. A job whose step fails is
   * looked at again the next time.
   *
   * @param signal Breaks steps off; they are made again by whoever follows the job then.
   * @throws {RedisError} When the site's own memory cannot be reached.
   */
  async sweep(signal: AbortSignal): Promise<void> {
    const jobs = await this.#options.ledger.jobs();
    this.#forgetOthers(new Set(jobs.map(({ id }) => id)));
    for (const job of jobs) {
      if (this.#running.has(job.id)) continue;
      while (this.#running.size >= MOST_AT_ONCE) await Promise.race(this.#running.values());
      if (signal.aborted) return;
      const step = this.#follow(job, signal).finally(() => this.#running.delete(job.id));
      this.#running.set(job.id, step);
    }
  }

  /** Waits for the steps that are being made. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** Another keeper may have ended jobs that this one has told of. */
  #forgetOthers(ids: ReadonlySet<string>): void {
    for (const id of this.#startedToken.keys()) {
      if (!ids.has(id)) this.#startedToken.delete(id);
    }
  }

  async #follow(job: GridJobRef, signal: AbortSignal): Promise<void> {
    const { ledger, store, adapter, log } = this.#options;
    try {
      const record = await store.get(job.id);
      if (!await this.#step(job, record, signal)) return;
      await ledger.remove(job.id);
    } catch (error) {
      if (signal.aborted) return;
      const reason = messageOf(error);
      log.error(`Cannot tell ${adapter.grid} of job ${job.id}: ${reason}`);
    }
  }

  /** Makes the next step of a job; true where the grid needs no further one. */
  async #step(
    job: GridJobRef,
    record: JobRecord | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { tends, doneFolder } = this.#options;
    if (record?.state === "succeeded" || record?.state === "failed") {
      return doneFolder !== undefined && await this.#deliver(job, record, doneFolder, signal);
    }
    return tends && await this.#tend(job, record, signal);
  }

  async #tend(
    job: GridJobRef,
    record: JobRecord | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    switch (record?.state) {
      case undefined:
        // Kept, but not in the queue yet, or forgotten there: the ledger's takes tell which.
        return await this.#isForgotten() &&
          await this.#giveBack(job, "The site has forgotten it", signal);
      case "held":
        return false;
      case "waiting":
        return await this.#followWaiting(job, record, signal);
      case "leased":
      case "running":
        await this.#followRunning(job, record, signal);
        return false;
      case "cancelled":
        return await this.#giveBack(
          job,
          record.reason ?? "It was cancelled at the site",
          signal,
        );
      default:
        return false;
    }
  }

  async #isForgotten(): Promise<boolean> {
    return (await this.#options.ledger.openTakes()).length === 0;
  }

  async #followWaiting(
    job: GridJobRef,
    record: JobRecord,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { adapter, store, giveBackSeconds = 3600, clock } = this.#options;
    const reason = await adapter.heartbeat(job, { signal }) === "cancelled"
      ? "The grid has cancelled it"
      : clock.now() - record.changedMs >= giveBackSeconds * 1000
      ? "No agent wants it"
      : undefined;
    // Out of the queue first: nobody must start what the grid gives to somebody else.
    if (reason !== undefined) await store.cancel(job.id, reason);
    return false;
  }

  async #followRunning(job: GridJobRef, record: JobRecord, signal: AbortSignal): Promise<void> {
    const { adapter, store } = this.#options;
    if (record.state === "running") await this.#tellStarted(job, record, signal);
    if (await adapter.heartbeat(job, { signal }) === "cancelled") {
      await store.cancel(job.id, "The grid has cancelled it");
    }
  }

  async #tellStarted(job: GridJobRef, record: JobRecord, signal: AbortSignal): Promise<void> {
    const { adapter, log } = this.#options;
    if (this.#startedToken.get(job.id) === record.token) return;
    try {
      await adapter.started(job, hostOf(record), { signal });
    } catch (error) {
      if (!isForGood(error)) throw error;
      log.error(`${adapter.grid} does not take that job ${job.id} runs: ${error.message}`);
    }
    this.#startedToken.set(job.id, record.token);
  }

  async #giveBack(job: GridJobRef, reason: string, signal: AbortSignal): Promise<true> {
    const { adapter, log } = this.#options;
    await adapter.giveBack(job, reason, { signal });
    log.info(`Gave job ${job.id} back to ${adapter.grid}: ${reason}`);
    return true;
  }

  /** The job as the grid knows it; `undefined` where its output says of none. */
  async #identified(
    job: GridJobRef,
    output: JobOutput | undefined,
    signal: AbortSignal,
  ): Promise<GridJobRef | undefined> {
    const { adapter, log } = this.#options;
    if (adapter.identify === undefined) return job;
    const untold = `${adapter.grid} is told nothing of job ${job.id}`;
    try {
      if (output !== undefined) return await adapter.identify(job, output, { signal });
      log.warning(`${untold}: it brought no output`);
    } catch (error) {
      if (!isForGood(error)) throw error;
      log.warning(`${untold}: ${error.message}; see ${output?.archive}`);
    }
    return undefined;
  }

  /** Hands over output and status. Output that the grid refuses for good makes the job a failed one. */
  async #deliver(
    expected: GridJobRef,
    record: JobRecord,
    folder: Workspace,
    signal: AbortSignal,
  ): Promise<true> {
    const { adapter, log } = this.#options;
    const { archive } = record;
    const judged = record.state === "succeeded" ? "succeeded" : "failed";
    const output = archive === undefined
      ? undefined
      : { folder, archive, outcome: judged } as const;
    const job = await this.#identified(expected, output, signal);
    if (job === undefined) return true;
    // It may have run and ended between two looks.
    if (record.exitCode !== undefined) await this.#tellStarted(job, record, signal);
    const refusal = output && await this.#refusalOf(job, output, signal);
    const outcome = refusal === undefined ? judged : "failed";
    try {
      await adapter.finish(job, {
        outcome,
        waitStatus: record.exitCode,
        validateWaitStatus: record.validateExitCode,
        reason: refusal ?? record.reason,
        host: hostOf(record),
        cpuSeconds: record.wallSeconds,
      }, { signal });
      log.info(`Job ${job.id} has ${outcome} in ${adapter.grid}`);
    } catch (error) {
      if (!isForGood(error)) throw error;
      // Told again and again it would not be taken either.
      log.error(`${adapter.grid} does not take the end of job ${job.id}: ${error.message}`);
    }
    return true;
  }

  /** Stores output; why the grid refuses it for good, or nothing where it does not. */
  async #refusalOf(
    job: GridJobRef,
    output: JobOutput,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { adapter, log } = this.#options;
    try {
      await adapter.store(job, output, { signal });
      return undefined;
    } catch (error) {
      if (!isForGood(error)) throw error;
      log.error(`${adapter.grid} refuses the output of job ${job.id}: ${error.message}`);
      return error.message;
    }
  }
}

/** True where the same call would fail again. */
function isForGood(error: unknown): error is GridError {
  return error instanceof GridError && !error.transient;
}

/** Name of the machine that runs or ran a job; its agent's bare JID where the agent has told none. */
function hostOf({ agent, agentHost }: JobRecord): string {
  return agentHost ?? tryParseJid(agent)?.bare ?? "";
}
