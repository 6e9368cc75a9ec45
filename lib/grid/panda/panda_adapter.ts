/**
 * PanDA as a grid (report 3.2): its pilots fetch jobs themselves, on the agents' machines, where the site
 * has handed them out as jobs of its own. What is left to the site is their output: it goes to the grid's
 * storage, and the PanDA server is told how the job has ended.
 *
 * @module
 */
import {
  type GridAdapter,
  type GridCallOptions,
  GridError,
  type GridJob,
  type GridJobRef,
  type GridResult,
  type GridVerdict,
  type JobOutput,
} from "../adapter.ts";
import type { OutputStore } from "../rucio/output_store.ts";
import { formatPandaState, type PandaJob, pandaJobOf, parsePandaState } from "./job_state.ts";
import type { JobUpdate, PandaServer } from "./panda_server.ts";
import { lfnOf, membersOf, readPandaOutput } from "./read_output.ts";

/** What a {@linkcode PandaAdapter} needs. */
export interface PandaAdapterOptions {
  /** The server that is told of jobs. */
  readonly server: PandaServer;
  /** Where output goes. */
  readonly store: OutputStore;
}

/** States of jobs that PanDA does not want any more. */
const UNWANTED = new Set(["cancelled", "closed"]);
/** PanDA's code for output that could not be stored (`STAGEOUTFAILED` in PanDAWMS/pilot3, `errorcodes.py`). */
const STAGE_OUT_FAILED = 1137;

/** PanDA behind the seam. */
export class PandaAdapter implements GridAdapter {
  readonly grid = "PanDA";
  readonly #options: PandaAdapterOptions;

  /**
   * Makes it; nothing is asked yet.
   *
   * @param options See {@linkcode PandaAdapterOptions}.
   */
  constructor(options: PandaAdapterOptions) {
    this.#options = options;
  }

  /** PanDA's pilots fetch their jobs themselves: the site is offered none. */
  offer(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** See {@linkcode PandaAdapter.offer}. */
  take(): Promise<GridJob | undefined> {
    return Promise.resolve(undefined);
  }

  /** The pilot tells PanDA itself that its job runs. */
  started(): Promise<void> {
    return Promise.resolve();
  }

  /** See {@linkcode GridAdapter.identify}. Reads the pilot's metadata. */
  async identify({ id }: GridJobRef, output: JobOutput): Promise<GridJobRef> {
    return { id, state: formatPandaState(pandaJobOf(await readPandaOutput(output))) };
  }

  /** See {@linkcode GridAdapter.store}. Of a job that failed nothing belongs in its dataset. */
  async store(job: GridJobRef, output: JobOutput, options: GridCallOptions = {}): Promise<void> {
    const { update, dataset, problem } = await this.#known(job, output);
    if (update.status === "failed" || output.outcome === "failed") return;
    if (dataset === undefined) {
      throw new GridError(problem ?? "Its output has no dataset", { transient: false });
    }
    await this.#checkWanted(update.jobId, options);
    const missing = new Set(Object.keys(update.outputs));
    for await (const member of membersOf(output)) {
      const lfn = lfnOf(member);
      const file = missing.delete(lfn) ? update.outputs[lfn] : undefined;
      if (file === undefined) continue;
      const { guid, fsize: sizeBytes, adler32, md5sum: md5 } = file;
      const source = {
        content: () => member.content(),
        folder: output.folder,
        directory: `${output.archive}.upload`,
      };
      const stored = { lfn, guid, sizeBytes, adler32, md5 };
      await this.#options.store.store(dataset, stored, source, options);
    }
  }

  /** See {@linkcode GridAdapter.finish}. A job has finished where its pilot and the site say so. */
  async finish(job: GridJobRef, result: GridResult, options: GridCallOptions = {}): Promise<void> {
    const known = parsePandaState(job.state);
    if (known === undefined) {
      throw new GridError(`PanDA knows nothing of job ${job.id}: its output was not read`, {
        transient: false,
      });
    }
    await this.#options.server.updateJob(endOf(known.update, result), options);
  }

  /** Nothing was taken, so nothing goes back: PanDA itself misses a pilot that falls silent. */
  giveBack(): Promise<void> {
    return Promise.resolve();
  }

  /** See {@linkcode GridAdapter.heartbeat}. */
  async heartbeat(job: GridJobRef, options: GridCallOptions = {}): Promise<GridVerdict> {
    const known = parsePandaState(job.state);
    if (known === undefined) return "wanted";
    const status = await this.#options.server.jobStatus(known.update.jobId, options);
    return status === undefined || UNWANTED.has(status) ? "cancelled" : "wanted";
  }

  /** Holds nothing: the connections are the site's. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #known(job: GridJobRef, output: JobOutput): Promise<PandaJob> {
    return parsePandaState(job.state) ?? pandaJobOf(await readPandaOutput(output));
  }

  /** The pilot's word alone, from a stranger's machine, is not enough. */
  async #checkWanted(jobId: string, options: GridCallOptions): Promise<void> {
    const status = await this.#options.server.jobStatus(jobId, options);
    if (status === undefined || UNWANTED.has(status)) {
      throw new GridError(
        `PanDA ${status === undefined ? "knows no" : `has ${status}`} job ${jobId}`,
        {
          transient: false,
        },
      );
    }
  }
}

/** How a job has ended, all told. */
function endOf(update: JobUpdate, result: GridResult): JobUpdate {
  const node = (update.node ?? result.host).split(".")[0];
  if (update.status === "finished" && result.outcome === "succeeded") return { ...update, node };
  const isOurs = update.status === "finished";
  return {
    ...update,
    node,
    status: "failed",
    pilotErrorCode: isOurs ? STAGE_OUT_FAILED : update.pilotErrorCode,
    pilotError: isOurs ? result.reason ?? "It has failed at the site" : update.pilotError,
    outputs: {},
  };
}
