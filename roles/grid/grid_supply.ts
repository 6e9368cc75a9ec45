/**
 * Jobs of a grid for a manager's queue.
 *
 * @module
 */
import { messageOf } from "../../lib/error_message.ts";
import type { GridAdapter, InputStage } from "../../lib/grid/adapter.ts";
import type { GridLedger, OpenTake } from "../../lib/grid/ledger.ts";
import { makeInputDirectory } from "../../lib/jobs/chirp_folder.ts";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { Logger } from "../../lib/log.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import { type Random, randomUuid } from "../../lib/random.ts";
import type { AskingHost, JobSupplier } from "../jobmanager/job_supplier.ts";

/** Requests to the grid that may be without an answer. */
const MOST_OPEN_TAKES = 50;

/** What a {@linkcode GridSupply} needs. */
export interface GridSupplyOptions {
  /** The grid. */
  readonly adapter: GridAdapter;
  /** What was taken from it. */
  readonly ledger: GridLedger;
  /** The site's queue. */
  readonly store: JobStore;
  /** Folder shared with the Chirp server. */
  readonly chirpFolder: Workspace;
  /** Address of the Chirp server as agents reach it, `host:port`. */
  readonly chirpAddress: string;
  /** Source of the names of requests. */
  readonly random: Random;
  /** Told what is taken, and when the grid cannot be reached. */
  readonly log: Logger;
}

/** Takes jobs from a grid when an agent asks and the queue is empty. */
export class GridSupply implements JobSupplier {
  readonly #options: GridSupplyOptions;
  readonly #stage: InputStage;
  /** Agents for which this process is asking. */
  #asking = 0;
  /** Requests that this process is making. */
  readonly #running = new Set<string>();

  /** @param options See {@linkcode GridSupplyOptions}. */
  constructor(options: GridSupplyOptions) {
    const { chirpFolder: folder } = options;
    this.#options = options;
    this.#stage = {
      folder,
      async directoryOf(id) {
        const directory = `${id}.input`;
        await makeInputDirectory(folder, directory);
        return directory;
      },
    };
  }

  /** See {@linkcode JobSupplier}. */
  async offers(host: AskingHost): Promise<boolean> {
    return await this.#tried("ask", () => this.#options.adapter.offer(host)) ?? false;
  }

  /** See {@linkcode JobSupplier}. */
  async supply(host: AskingHost): Promise<void> {
    const { ledger, random, adapter, log } = this.#options;
    this.#asking++;
    try {
      // What stays open is asked again by and by: a grid that gives no answers must not owe more and more.
      const open = Math.max(this.#asking - 1, (await ledger.openTakes()).length);
      if (open >= MOST_OPEN_TAKES) {
        log.warning(`Asking ${adapter.grid} for no more jobs: ${open} requests are open`);
        return;
      }
      const take = { request: randomUuid(random), host };
      await ledger.begin(take);
      await this.#tried("take a job from", () => this.#finish(take));
    } finally {
      this.#asking--;
    }
  }

  /**
   * Makes again what a process that died did not finish: the grid may have given it a job.
   *
   * @param signal Ends it.
   */
  async resume(signal: AbortSignal): Promise<void> {
    for (const take of await this.#options.ledger.openTakes()) {
      if (signal.aborted) return;
      if (!this.#running.has(take.request)) {
        await this.#tried("ask again of", () => this.#finish(take, signal), signal);
      }
    }
  }

  async #finish({ request, host }: OpenTake, signal?: AbortSignal): Promise<void> {
    const { adapter, ledger, store, chirpAddress, log } = this.#options;
    this.#running.add(request);
    try {
      const taken = await adapter.take(host, this.#stage, request, { signal });
      if (taken !== undefined) {
        const { job, ...reference } = taken;
        const isNew = await ledger.job(taken.id) === undefined;
        // In this order: a job in the queue is always in the ledger, too.
        await ledger.add(reference);
        const { created } = await store.submit({ ...job, chirpUrl: chirpAddress });
        if (isNew && !created) await this.#runAgain(taken.id);
        log.info(`Took job ${taken.id} from ${adapter.grid}`);
      }
      await ledger.end(request);
    } finally {
      this.#running.delete(request);
    }
  }

  /** A job that was here before, went back or ended, and now is given to this site again. */
  async #runAgain(id: string): Promise<void> {
    const { store } = this.#options;
    const state = (await store.get(id))?.state;
    if (state === "cancelled" || state === "failed" || state === "succeeded") await store.rerun(id);
  }

  /** A grid that cannot be reached is no error of the agent that asks. */
  async #tried<T>(
    what: string,
    call: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    const { adapter, log } = this.#options;
    try {
      return await call();
    } catch (error) {
      if (signal?.aborted) return undefined;
      log.error(
        `Cannot ${what} ${adapter.grid}: ${messageOf(error)}`,
      );
      return undefined;
    }
  }
}
