/**
 * A script's way to the jobs of a site, from the job manager's configuration.
 *
 * @module
 */
import { defineVariables, loadConfig } from "../../lib/config.ts";
import { readJobOutput } from "../../lib/jobs/job_output.ts";
import type { JobRecord, JobStore } from "../../lib/jobs/job_store.ts";
import { type OpenQueue, openQueue } from "../../lib/jobs/open_queue.ts";
import { type Submission, submitJobs } from "../../lib/jobs/submission.ts";
import { waitForJobs, type WaitOptions } from "../../lib/jobs/wait_for_jobs.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import { folderVariables, JOBMANAGER_COMPONENT, queueVariables } from "./variables.ts";

const { chirpServer, chirpPort, chirpWorkDir, doneJobDir } = folderVariables;

/** What must be known to submit jobs. The original takes this machine's name for the Chirp server's. */
export const submitVariables = defineVariables({
  ...queueVariables,
  chirpServer: { ...chirpServer, required: false },
  chirpPort,
  chirpWorkDir,
});

const jobsVariables = defineVariables({ ...submitVariables, doneJobDir });

/** Longest output that {@linkcode SiteJobs.output} returns. */
const LONGEST_OUTPUT_BYTES = 16 * 2 ** 20;

/** Options of {@linkcode openJobs}. */
export interface OpenJobsOptions {
  /** Directory of the configuration. Default: `COPILOT_CONFIG` of the environment, else `/etc/copilot`. */
  readonly directory?: string | undefined;
  /** Variables by name, such as `JM_REDIS_SERVER`; they win over files and environment. Default: none. */
  readonly values?: ReadonlyMap<string, string> | undefined;
  /** Address of the Chirp server as agents reach it, `HOST:PORT`. Default: as configured. */
  readonly chirpAddress?: string | undefined;
}

/** What {@linkcode SiteJobs} is made of. */
export interface SiteJobsParts {
  /** The queue; closed together with the whole. */
  readonly queue: OpenQueue;
  /** Folder shared with the Chirp server. */
  readonly chirpFolder: Workspace;
  /** Address of the Chirp server as agents reach it, `HOST:PORT`. */
  readonly chirpAddress: string;
  /** Folder of finished jobs. Default: none, and no output can be read. */
  readonly done?: Workspace | undefined;
}

/** The jobs of a site. Disposing of it closes the connection to Redis. */
export class SiteJobs implements AsyncDisposable {
  /** The queue, for everything else: `get`, `list`, `history`, `cancel`, `hold` … */
  readonly store: JobStore;
  readonly #parts: SiteJobsParts;

  /**
   * Puts the parts together; {@linkcode openJobs} finds them in a site's configuration.
   *
   * @param parts See {@linkcode SiteJobsParts}.
   */
  constructor(parts: SiteJobsParts) {
    this.store = parts.queue.store;
    this.#parts = parts;
  }

  /**
   * Puts a job, or several equal ones, into the queue.
   *
   * @param submission What is to be run.
   * @returns Ids of the jobs; for a known key those of the first submit.
   * @throws {Deno.errors.NotFound} When an input file is missing.
   * @throws {RangeError} When the job cannot be described.
   */
  submit(submission: Submission): Promise<readonly string[]> {
    const { chirpFolder, chirpAddress } = this.#parts;
    return submitJobs(submission, { store: this.store, chirpFolder, chirpAddress });
  }

  /**
   * Waits until jobs have ended, well or not.
   *
   * @param ids The jobs.
   * @param options A signal that ends the wait, and who is told of each change.
   * @returns Their records, in the order of `ids`; an unknown job has none.
   */
  wait(ids: readonly string[], options?: WaitOptions): Promise<(JobRecord | undefined)[]> {
    return waitForJobs(this.store, ids, options);
  }

  /**
   * Submits one job and waits for its end.
   *
   * @param submission What is to be run.
   * @param options A signal that ends the wait, and who is told of each change.
   * @returns Its record.
   * @throws {Error} When the job is forgotten before its end was seen.
   */
  async run(submission: Omit<Submission, "number">, options?: WaitOptions): Promise<JobRecord> {
    const ids = await this.submit(submission);
    const [job] = await this.wait(ids, options);
    if (job === undefined) throw new Error(`Cannot wait for job ${ids[0]}: it was forgotten`);
    return job;
  }

  /**
   * Reads a text that a job left.
   *
   * @param id The job.
   * @param file A file of its output. Default: `stdout`.
   * @returns The text; `undefined` where the job has no output, or no such file in it.
   * @throws {RangeError} When it is over 16 MiB.
   * @throws {Error} When `JM_DONE_JOB_DIR` is not set.
   */
  async output(id: string, file = "stdout"): Promise<string | undefined> {
    const { done } = this.#parts;
    if (done === undefined) {
      throw new Error(`Cannot read the output of job ${id}: JM_DONE_JOB_DIR is not set`);
    }
    const { archive } = await this.store.get(id) ?? {};
    if (archive === undefined) return undefined;
    const decoder = new TextDecoder();
    let [text, bytes] = ["", 0];
    const isThere = await readJobOutput(done, archive, file, (chunk) => {
      bytes += chunk.length;
      if (bytes > LONGEST_OUTPUT_BYTES) {
        throw new RangeError(`Cannot read ${file} of job ${id}: it is over 16 MiB`);
      }
      text += decoder.decode(chunk, { stream: true });
    });
    return isThere ? text + decoder.decode() : undefined;
  }

  /** Closes the connection to Redis. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.queue[Symbol.asyncDispose]();
  }
}

/**
 * Opens the jobs of a site: where its queue and files are, it reads from the configuration of the
 * generic job manager, as `copilot-job-submit` does.
 *
 * @param options Where the configuration is.
 * @returns The jobs.
 * @throws {ConfigError} When the configuration is incomplete or wrong; it names everything.
 * @throws {RedisError} When Redis cannot be reached.
 */
export async function openJobs(options: OpenJobsOptions = {}): Promise<SiteJobs> {
  const { config } = await loadConfig(jobsVariables, {
    component: JOBMANAGER_COMPONENT,
    directory: options.directory,
    flags: options.values,
  });
  return new SiteJobs({
    queue: await openQueue(config),
    chirpFolder: diskWorkspace(config.chirpWorkDir),
    chirpAddress: options.chirpAddress ??
      `${config.chirpServer ?? Deno.hostname()}:${config.chirpPort}`,
    done: config.doneJobDir === undefined ? undefined : diskWorkspace(config.doneJobDir),
  });
}
