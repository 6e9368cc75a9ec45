/**
 * Keeps a grid told of its jobs until it knows how they ended: that they run, where their output is, how
 * they ended, or that they come back. Every step may be made again.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
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

/** Follows the jobs of one grid; any number may follow the same ones. */
export class GridKeeper {
  readonly #options: GridKeeperOptions;
  /** Leases that the grid knows of: token by job. */
  readonly #startedToken = new Map<string, number>();

  /** @param options See {@linkcode GridKeeperOptions}. */
  constructor(options: GridKeeperOptions) {
    this.#options = options;
  }

  /**
   * Looks at all jobs of the grid once. A job whose step fails is looked at again the next time.
   *
   * @throws {RedisError} When the site's own memory cannot be reached.
   */
  async sweep(): Promise<void> {
    const { ledger, store, adapter, log } = this.#options;
    for (const job of await ledger.jobs()) {
      const record = await store.get(job.id);
      try {
        if (await this.#step(job, record)) {
          await ledger.remove(job.id);
          this.#startedToken.delete(job.id);
        }
      } catch (error) {
        if (!(error instanceof GridError)) throw error;
        log.error(`Cannot tell ${adapter.grid} of job ${job.id}: ${error.message}`);
      }
    }
  }

  /** Makes the next step of a job; true where the grid needs no further one. */
  async #step(job: GridJobRef, record: JobRecord | undefined): Promise<boolean> {
    const { tends, doneFolder } = this.#options;
    const hasEnded = record?.state === "succeeded" || record?.state === "failed";
    if (hasEnded) return doneFolder !== undefined && await this.#deliver(job, record, doneFolder);
    return tends && await this.#tend(job, record);
  }

  async #tend(job: GridJobRef, record: JobRecord | undefined): Promise<boolean> {
    switch (record?.state) {
      case undefined:
        // Kept, but not in the queue yet, or forgotten there: the ledger's takes tell which.
        return await this.#isForgotten() && await this.#giveBack(job, "The site has forgotten it");
      case "held":
        return false;
      case "waiting":
        return await this.#followWaiting(job, record);
      case "leased":
      case "running":
        await this.#followRunning(job, record);
        return false;
      case "cancelled":
        return await this.#giveBack(job, record.reason ?? "It was cancelled at the site");
      default:
        return false;
    }
  }

  async #isForgotten(): Promise<boolean> {
    return (await this.#options.ledger.openTakes()).length === 0;
  }

  async #followWaiting(job: GridJobRef, record: JobRecord): Promise<boolean> {
    const { adapter, store, giveBackSeconds = 3600, clock } = this.#options;
    const reason = await adapter.heartbeat(job) === "cancelled"
      ? "The grid has cancelled it"
      : clock.now() - record.changedMs >= giveBackSeconds * 1000
      ? "No agent wants it"
      : undefined;
    // Out of the queue first: nobody must start what the grid gives to somebody else.
    if (reason !== undefined) await store.cancel(job.id, reason);
    return false;
  }

  async #followRunning(job: GridJobRef, record: JobRecord): Promise<void> {
    const { adapter, store } = this.#options;
    if (record.state === "running") await this.#tellStarted(job, record);
    if (await adapter.heartbeat(job) === "cancelled") {
      await store.cancel(job.id, "The grid has cancelled it");
    }
  }

  async #tellStarted(job: GridJobRef, record: JobRecord): Promise<void> {
    if (this.#startedToken.get(job.id) === record.token) return;
    try {
      await this.#options.adapter.started(job, hostOf(record));
    } catch (error) {
      if (!(error instanceof GridError) || error.transient) throw error;
      const { adapter, log } = this.#options;
      log.error(`${adapter.grid} does not take that job ${job.id} runs: ${error.message}`);
    }
    this.#startedToken.set(job.id, record.token);
  }

  async #giveBack(job: GridJobRef, reason: string): Promise<true> {
    const { adapter, log } = this.#options;
    await adapter.giveBack(job, reason);
    log.info(`Gave job ${job.id} back to ${adapter.grid}: ${reason}`);
    return true;
  }

  /** The job as the grid knows it; `undefined` where its output says of none. */
  async #identified(
    job: GridJobRef,
    output: JobOutput | undefined,
  ): Promise<GridJobRef | undefined> {
    const { adapter, log } = this.#options;
    if (adapter.identify === undefined) return job;
    const untold = `${adapter.grid} is told nothing of job ${job.id}`;
    try {
      if (output !== undefined) return await adapter.identify(job, output);
      log.warning(`${untold}: it brought no output`);
    } catch (error) {
      if (!(error instanceof GridError) || error.transient) throw error;
      log.warning(`${untold}: ${error.message}; see ${output?.archive}`);
    }
    return undefined;
  }

  /** Hands over output and status. Output that the grid refuses for good makes the job a failed one. */
  async #deliver(expected: GridJobRef, record: JobRecord, folder: Workspace): Promise<true> {
    const { adapter, log } = this.#options;
    const { archive } = record;
    const judged = record.state === "succeeded" ? "succeeded" : "failed";
    const output = archive === undefined
      ? undefined
      : { folder, archive, outcome: judged } as const;
    const job = await this.#identified(expected, output);
    if (job === undefined) return true;
    // It may have run and ended between two looks.
    if (record.exitCode !== undefined) await this.#tellStarted(job, record);
    let refusal: string | undefined;
    if (output !== undefined) {
      try {
        await adapter.store(job, output);
      } catch (error) {
        if (!(error instanceof GridError) || error.transient) throw error;
        refusal = error.message;
        log.error(`${adapter.grid} refuses the output of job ${job.id}: ${refusal}`);
      }
    }
    const outcome = refusal === undefined ? judged : "failed";
    try {
      await adapter.finish(job, {
        outcome,
        waitStatus: record.exitCode,
        validateWaitStatus: record.validateExitCode,
        reason: refusal ?? record.reason,
        host: hostOf(record),
        cpuSeconds: record.wallSeconds,
      });
      log.info(`Job ${job.id} has ${outcome} in ${adapter.grid}`);
    } catch (error) {
      if (!(error instanceof GridError) || error.transient) throw error;
      // Told again and again it would not be taken either.
      log.error(`${adapter.grid} does not take the end of job ${job.id}: ${error.message}`);
    }
    return true;
  }
}

/** Name of the machine that runs or ran a job; its agent's bare JID where the agent has told none. */
function hostOf({ agent, agentHost }: JobRecord): string {
  return agentHost ?? tryParseJid(agent)?.bare ?? "";
}
