/**
 * A manager whose jobs come from a grid, or whose output goes there: hands jobs out and takes output in as
 * any manager does, and keeps the grid told of them. As of any manager, two may share the work, one with
 * `mode: "storage"`, to which the other redirects; both are on one Redis.
 *
 * @module
 */
import { repeat, systemClock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/error_message.ts";
import type { GridAdapter } from "../../lib/grid/adapter.ts";
import type { GridLedger } from "../../lib/grid/ledger.ts";
import { isFinal } from "../../lib/jobs/job_state.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import { systemRandom } from "../../lib/random.ts";
import { JobManager } from "../jobmanager.ts";
import type { JobManagerOptions } from "../jobmanager/options.ts";
import { GridKeeper } from "./grid_keeper.ts";
import { GridSupply } from "./grid_supply.ts";

/** Options of a {@linkcode GridManager}: those of a job manager, and its grid. */
export interface GridManagerOptions extends Omit<JobManagerOptions, "supplier" | "escort"> {
  /** The grid. */
  readonly adapter: GridAdapter;
  /** What was taken from it. */
  readonly ledger: GridLedger;
  /** Folder of finished jobs: what waits for the grid's storage. Needed where output is taken in. */
  readonly doneFolder?: Workspace | undefined;
  /** Time between two looks at the grid's jobs. Default: 10,000 ms. */
  readonly gridSweepMs?: number | undefined;
  /** A job that no agent has wanted for so long goes back to the grid. Default: 3,600 s. */
  readonly giveBackSeconds?: number | undefined;
}

/** One manager; any number may share a queue and a grid. */
export class GridManager {
  readonly #options: GridManagerOptions;
  readonly #manager: JobManager;
  readonly #supply: GridSupply;
  readonly #keeper: GridKeeper;

  /**
   * Puts the parts together; nothing is asked, sent or stored before {@linkcode run}.
   *
   * @param options See {@linkcode GridManagerOptions}.
   */
  constructor(options: GridManagerOptions) {
    const { clock = systemClock, random = systemRandom } = options;
    this.#options = options;
    this.#supply = new GridSupply({ ...options, random });
    const takesOutput = options.mode !== "queue" && options.redirectStorageTo === undefined;
    this.#keeper = new GridKeeper({
      ...options,
      tends: options.mode !== "storage",
      doneFolder: takesOutput ? options.doneFolder : undefined,
      clock,
    });
    const { retention } = options;
    this.#manager = new JobManager({
      ...options,
      retention: retention && { ...retention, isHeldUp: () => this.#owesResults() },
      supplier: options.mode === "storage" ? undefined : this.#supply,
      escort: options.ledger,
    });
  }

  /**
   * Serves until stopped.
   *
   * @param signal Stops the manager.
   * @throws {LinkRefusedError} When the XMPP server refuses the account for good.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock = systemClock, gridSweepMs = 10_000, mode } = this.#options;
    const ended = new AbortController();
    const stopped = AbortSignal.any([signal, ended.signal]);
    await using _keeper = this.#keeper;
    await using _sweeps = repeat(clock, gridSweepMs, () => this.#sweep(stopped));
    await using _takes = mode === "storage"
      ? undefined
      : repeat(clock, gridSweepMs, () => this.#resume(stopped));
    try {
      await this.#manager.run(signal);
    } finally {
      // What is under way at the grid would be waited for, and that may be a long transfer.
      ended.abort();
    }
  }

  /** True while the grid does not know how a job ended: its record and output must last until then. */
  async #owesResults(): Promise<boolean> {
    const { ledger, store } = this.#options;
    for (const { id } of await ledger.jobs()) {
      const state = (await store.get(id))?.state;
      if (state !== undefined && isFinal(state)) return true;
    }
    return false;
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    await this.#tried("follow the jobs of", () => this.#keeper.sweep(signal));
  }

  async #resume(signal: AbortSignal): Promise<void> {
    await this.#tried("look at the requests to", () => this.#supply.resume(signal));
  }

  /** The site's own memory may be away for a while. */
  async #tried(what: string, action: () => Promise<void>): Promise<void> {
    const { adapter, log } = this.#options;
    try {
      await action();
    } catch (error) {
      log.warning(
        `Cannot ${what} ${adapter.grid}: ${messageOf(error)}`,
      );
    }
  }
}
