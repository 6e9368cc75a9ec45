/**
 * AliEn as a grid of the site. Catalogue, access to storage and the state of jobs come from the published
 * JSON interface; taking a job and setting its status, which only Java's own serialisation carries, are
 * configured commands.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import {
  type GridAdapter,
  type GridCallOptions,
  GridError,
  type GridHost,
  type GridJob,
  type GridJobRef,
  type GridResult,
  type GridVerdict,
  type InputStage,
  type JobOutput,
} from "../adapter.ts";
import { ClassAd, writeClassAd } from "../classad/mod.ts";
import type { GridCommands } from "../commands/grid_commands.ts";
import type { AlienCalls } from "./answer.ts";
import { AlienCatalogue, homeOf } from "./catalogue.ts";
import { type AlienJob, readAlienJob } from "./job_jdl.ts";
import { isAtWork, mayEnter, type SetStatus } from "./job_status.ts";
import { type MatchAnswer, parseMatchAnswer } from "./match_answer.ts";
import { argumentText, environmentText } from "./shell_text.ts";
import { nameOf, stageInput } from "./stage_input.ts";
import type { AlienStorage } from "./storage.ts";
import { AlienTaskQueue } from "./task_queue.ts";
import { uploadOutput } from "./upload_output.ts";
import { machineAd, WaitingJobs } from "./waiting_jobs.ts";

/**
 * Steps that are commands:
 * - `take`, given `{request}`, `{host}` and `{jdl}`, prints the broker's answer (`match_answer.ts`), for a
 *   request that it has answered before the same job;
 * - `status`, given `{id}`, `{resubmission}`, `{status}`, `{host}`, `{exitCode}`, `{cpuSeconds}` and
 *   `{reason}`, sets a job's status (`alien.api.taskQueue.SetJobStatus`); refused for good, it is another's;
 * - `heartbeat`, given `{id}` and `{resubmission}`, tells that a job is at work; refused for good, it is
 *   not wanted any more; may be missing;
 * - `upload` and `download`, given `{file}`, `{url}` and `{storage}`, and the access envelope on their standard
 *   input (as `{envelope}`, too, which everybody on the machine can see), move a file to or from a storage
 *   element without HTTP, such as `xrdcp`; may be missing.
 */
export const ALIEN_STEPS = ["take", "status", "heartbeat", "upload", "download"] as const;

/** Characters of what `take` told that are kept with a job. */
const LONGEST_KEPT = 2000;
/** Name under which a job's state keeps how often it had been put back when it was taken. */
const RESUBMISSION = "ALIEN_RESUBMISSION";
/** Time between two heartbeats of a job. */
const HEARTBEAT_MS = 600_000;

/** Options of {@linkcode alienAdapter}. */
export interface AlienAdapterOptions {
  /** The central services. */
  readonly calls: AlienCalls;
  /** Storage elements. */
  readonly storage: AlienStorage;
  /** Commands for {@linkcode ALIEN_STEPS}. */
  readonly commands: GridCommands;
  /** What the site says of its machines: `CE`, `CloseSE`, `Packages`, `TTL` … Default: nothing. */
  readonly site?: ClassAd | undefined;
  /** Clock of heartbeats. */
  readonly clock: Clock;
  /** Told of jobs that cannot be run, and of replicas that cannot be written. */
  readonly log: Logger;
}

/** Makes the adapter; it disposes of its calls. */
export function alienAdapter(options: AlienAdapterOptions): GridAdapter {
  return new AlienAdapter(options);
}

class AlienAdapter implements GridAdapter {
  readonly grid = "AliEn";
  readonly #options: AlienAdapterOptions;
  readonly #queue: AlienTaskQueue;
  readonly #catalogue: AlienCatalogue;
  readonly #waiting: WaitingJobs;
  readonly #site: ClassAd;
  /** Time of the last heartbeat by job, the oldest first; those that are due again are left out. */
  readonly #beatMs = new Map<string, number>();

  constructor(options: AlienAdapterOptions) {
    this.#options = options;
    this.#queue = new AlienTaskQueue(options.calls);
    this.#catalogue = new AlienCatalogue(options.calls);
    this.#waiting = new WaitingJobs(this.#queue);
    this.#site = options.site ?? new ClassAd();
  }

  async offer(host: GridHost, how: GridCallOptions = {}): Promise<boolean> {
    const machine = this.#machine(host);
    return machine !== undefined && await this.#waiting.suits(machine, how);
  }

  async take(
    host: GridHost,
    stage: InputStage,
    request: string,
    how: GridCallOptions = {},
  ): Promise<GridJob | undefined> {
    const machine = this.#machine(host);
    if (machine === undefined) return undefined;
    const jdl = writeClassAd(machine);
    const told = await this.#options.commands.run("take", { request, host: host.name, jdl }, how);
    const answer = readMatch(told.stdout);
    if (answer.kind === "none") return undefined;
    // Asked again for a job that has ended, or that somebody has taken away, the broker still names it.
    const queued = await this.#queue.job(answer.id, how);
    if (queued === undefined || !isAtWork(queued.status)) return undefined;
    try {
      const job = readJob(answer.id, answer.jdl);
      const inputDir = await stage.directoryOf(answer.id);
      const inputFiles = await stageInput(inputsOf(job), { folder: stage.folder, path: inputDir }, {
        catalogue: this.#catalogue,
        storage: this.#options.storage,
      }, how);
      return {
        id: answer.id,
        state: {
          WORKDIR_RELATIVE_PATH: inputDir,
          [RESUBMISSION]: answer.resubmission,
          JA_LOG_CONTENT: told.stderr.trim().slice(-LONGEST_KEPT),
        },
        job: siteJob(answer, job, inputDir, inputFiles),
      };
    } catch (error) {
      if (!(error instanceof GridError) || error.transient) throw error;
      const reason = `Cannot run job ${answer.id}: ${error.message}`;
      this.#options.log.error(reason);
      const taken = { id: answer.id, state: { [RESUBMISSION]: answer.resubmission } };
      await this.#setStatus(taken, "ERROR_IB", { host: host.name, reason }, how);
      return undefined;
    }
  }

  async started(job: GridJobRef, host: string, how: GridCallOptions = {}): Promise<void> {
    await this.#setStatus(job, "RUNNING", { host }, how);
  }

  async store(job: GridJobRef, output: JobOutput, how: GridCallOptions = {}): Promise<void> {
    const { storage, log } = this.#options;
    const queued = await this.#queue.job(job.id, how);
    if (queued === undefined || !isAtWork(queued.status)) return;
    // What travels through agents is not trusted: the queue itself says what the job is.
    const { owner } = queued;
    const description = readJob(job.id, await this.#queue.jdl(job.id, how));
    const succeeded = output.outcome === "succeeded";
    const home = homeOf(owner);
    const entries = succeeded ? description.output : description.outputOfFailure;
    if (!succeeded && entries.length === 0) return;
    await this.#setStatus(job, "SAVING", {}, how);
    const directory = succeeded
      ? absolute(description.outputDirectory ?? `alien-job-${job.id}`, home)
      : `${home}recycle/alien-job-${job.id}`;
    const target = { id: job.id, entries, directory };
    await uploadOutput(output, target, { catalogue: this.#catalogue, storage, log }, how);
  }

  async finish(job: GridJobRef, result: GridResult, how: GridCallOptions = {}): Promise<void> {
    const { host, waitStatus, cpuSeconds, reason = "" } = result;
    await this.#setStatus(job, finalStatus(result), { host, waitStatus, cpuSeconds, reason }, how);
    this.#beatMs.delete(job.id);
  }

  async giveBack(job: GridJobRef, _reason: string, how: GridCallOptions = {}): Promise<void> {
    const queued = await this.#queue.job(job.id, how);
    // Put back already, it may be at work somewhere else.
    const isOurs = queued !== undefined && isAtWork(queued.status) && await this.#beat(job, how);
    if (isOurs) await this.#queue.resubmit(job.id, how);
    this.#beatMs.delete(job.id);
  }

  async heartbeat(job: GridJobRef, how: GridCallOptions = {}): Promise<GridVerdict> {
    const queued = await this.#queue.job(job.id, how);
    if (queued === undefined || !isAtWork(queued.status)) return "cancelled";
    const nowMs = this.#options.clock.now();
    for (const [id, beatMs] of this.#beatMs) {
      if (nowMs - beatMs < HEARTBEAT_MS) break;
      this.#beatMs.delete(id);
    }
    if (this.#beatMs.has(job.id)) return "wanted";
    if (!await this.#beat(job, how)) return "cancelled";
    this.#beatMs.set(job.id, nowMs);
    return "wanted";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.calls[Symbol.asyncDispose]();
  }

  /** Tells that a job is at work; false where the queue says that it is not this site's any more. */
  async #beat({ id, state }: GridJobRef, how: GridCallOptions): Promise<boolean> {
    const { commands } = this.#options;
    if (!commands.has("heartbeat")) return true;
    try {
      await commands.run("heartbeat", { id, resubmission: state[RESUBMISSION] ?? "" }, how);
      return true;
    } catch (error) {
      if (!(error instanceof GridError) || error.transient) throw error;
      return false;
    }
  }

  /** An agent's machine; `undefined` where its description cannot be read, now or ever. */
  #machine({ jdl, name }: GridHost): ClassAd | undefined {
    try {
      return machineAd(jdl, this.#site);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#options.log.warning(`Cannot read the description of ${name}: ${error.message}`);
      return undefined;
    }
  }

  /** Sets a status, unless the job has come further, or was killed or put back by its owner. */
  async #setStatus(
    { id, state }: GridJobRef,
    status: SetStatus,
    details: {
      readonly host?: string | undefined;
      readonly waitStatus?: number | undefined;
      readonly cpuSeconds?: number | undefined;
      readonly reason?: string | undefined;
    },
    how: GridCallOptions,
  ): Promise<void> {
    const queued = await this.#queue.job(id, how);
    if (queued === undefined || !mayEnter(queued.status, status)) return;
    await this.#options.commands.run("status", {
      id,
      resubmission: state[RESUBMISSION] ?? "",
      status,
      host: details.host ?? "",
      exitCode: exitCodeText(details.waitStatus),
      cpuSeconds: details.cpuSeconds === undefined ? "" : `${Math.round(details.cpuSeconds)}`,
      reason: details.reason ?? "",
    }, how);
  }
}

function readMatch(text: string): MatchAnswer {
  try {
    return parseMatchAnswer(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new GridError(error.message, { cause: error, transient: true });
  }
}

function readJob(id: string, jdl: string): AlienJob {
  try {
    return readAlienJob(jdl);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new GridError(`Cannot read the JDL of job ${id}: ${error.message}`, {
      cause: error,
      transient: false,
    });
  }
}

/** Files that a job needs: its program and its validation among them, where they are the grid's. */
function inputsOf({ executable, validation, inputs }: AlienJob): string[] {
  const programs = [executable, validation].filter((name) => name?.startsWith("/"));
  return [...new Set([...programs, ...inputs])].filter((name) => name !== undefined);
}

function siteJob(
  { id, user }: Extract<MatchAnswer, { kind: "job" }>,
  job: AlienJob,
  inputDir: string,
  inputFiles: readonly string[],
): GridJob["job"] {
  const { executable, validation, packages, timeToLiveSeconds } = job;
  return {
    id,
    inputDir,
    inputFiles,
    command: nameOf(executable),
    arguments: argumentText(job),
    environment: environmentText(id, user, job),
    packages: packages.join(" "),
    ...(validation === undefined ? {} : { validationScript: nameOf(validation) }),
    ...(timeToLiveSeconds === undefined ? {} : { wallTimeSeconds: timeToLiveSeconds }),
  };
}

/** A directory of the catalogue; one without a leading slash is in the owner's home. */
function absolute(directory: string, home: string): string {
  const path = directory.replace(/\/+$/, "");
  return path.startsWith("/") ? path : `${home}${path}`;
}

/** Why a job failed, in AliEn's words (`JobWrapper.runJob`). */
function finalStatus({ outcome, waitStatus, validateWaitStatus }: GridResult): SetStatus {
  if (outcome === "succeeded") return "DONE";
  if (waitStatus !== 0) return "ERROR_E";
  return (validateWaitStatus ?? 0) !== 0 ? "ERROR_V" : "ERROR_SV";
}

function exitCodeText(waitStatus: number | undefined): string {
  if (waitStatus === undefined) return "";
  // A program that a signal ended has the status that shells give it.
  return `${waitStatus < 256 && waitStatus > 0 ? 128 + (waitStatus & 127) : waitStatus >> 8}`;
}
