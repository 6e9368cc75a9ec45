/**
 * The storage half of a manager: where a job's output arrives, and how it becomes a finished job.
 *
 * @module
 */
import { messageOf } from "../../lib/error_message.ts";
import { archiveName, leaseDirectory, makeOutputDirectory } from "../../lib/jobs/chirp_folder.ts";
import { storeArchive } from "../../lib/jobs/done_folder.ts";
import type { CompletionResult, JobStore, LeaseStatus } from "../../lib/jobs/job_store.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { UnsafePathError, type Workspace } from "../../lib/machine/workspace.ts";
import type { GetJobOutputDir } from "../../lib/protocol/commands.ts";
import { hashText, parseHashString } from "../../lib/protocol/hash_string.ts";
import { Jid } from "../../lib/protocol/jid.ts";
import { type JobData, numberOf, wallSecondsOf } from "./job_data.ts";

/** What the queue hands out as ids; two files of that name with endings fit into a directory. */
const JOB_ID = /^[\w-][\w.-]{0,199}$/;

/** Options of an {@linkcode OutputStore}. */
export interface OutputStoreOptions {
  readonly store: JobStore;
  /** Folder shared with the Chirp server. */
  readonly chirp: Workspace;
  /** Folder of finished jobs; `undefined`: output stays where it is. */
  readonly done: Workspace | undefined;
  /** Age in seconds at which jobs that have ended are forgotten; `undefined`: never. */
  readonly forgottenSeconds: number | undefined;
  /** Told of every job that has ended, once. */
  readonly onEnd: (ended: EndedJob) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How a job ended, as its agent says. */
export interface Ending {
  readonly id: string;
  readonly token: number | undefined;
  /** Bare JID of the agent. */
  readonly agent: string;
  /** Time of the hand-out in seconds since the epoch; `undefined` where nobody says. */
  readonly startedAt: number | undefined;
  readonly ownDirectory: boolean;
  /** Number of broken uploads before the one that counts. Default: 0. */
  readonly upload?: number | undefined;
  /** Raw wait status. */
  readonly exitCode: number;
  readonly validateExitCode: number | undefined;
  readonly wallSeconds: number | undefined;
  /** Why the agent could not run it as asked. */
  readonly failure: string | undefined;
}

/** A job that has ended, for those who watch. */
export interface EndedJob {
  /** The job. */
  readonly id: string;
  /** As the manager judges. */
  readonly outcome: "succeeded" | "failed";
  /** Why it failed; `undefined` where it did not. */
  readonly reason: string | undefined;
  /** Bare JID of the agent. */
  readonly agent: string;
  /** Time of the hand-out in milliseconds since the epoch; `undefined` where it is not known. */
  readonly startedMs: number | undefined;
  /** Time of the end. */
  readonly endedMs: number;
  /** Seconds that the agent contributed. */
  readonly contributedSeconds: number;
}

/** Takes output in. Every step is harmless to repeat. */
export class OutputStore {
  readonly #options: OutputStoreOptions;

  /** @param options See {@linkcode OutputStoreOptions}. */
  constructor(options: OutputStoreOptions) {
    this.#options = options;
  }

  /**
   * Makes the directory for a job's output, unless the job was forgotten.
   *
   * @param request The agent's request.
   * @param data What the manager wrote at the hand-out.
   * @returns Its name.
   * @throws {UnsafePathError} When the job id is no name.
   */
  async prepare(request: GetJobOutputDir, data: JobData): Promise<string> {
    const { store, chirp } = this.#options;
    const directory = directoryOf(request.jobID, data);
    if (data.ownDirectory && await this.#isForgotten(request.jobID, data)) return directory;
    await makeOutputDirectory(chirp, {
      directory,
      inputDir: await store.inputDir(request.jobID),
      agentIp: request.agentIP,
    });
    return directory;
  }

  /**
   * True for a job that ended so long ago that nothing of it is known any more. An agent that comes back
   * with it finds no directory, which nobody would ever remove, and reports that it could not upload.
   */
  async #isForgotten(id: string, { startedAt }: JobData): Promise<boolean> {
    const { store, clock, forgottenSeconds } = this.#options;
    if (forgottenSeconds === undefined || startedAt === undefined) return false;
    if (clock.now() / 1000 - startedAt < forgottenSeconds) return false;
    return await store.get(id) === undefined;
  }

  /** Moves aside what an earlier lease may have left where the original's agents put their output. */
  async clearFor(id: string): Promise<void> {
    const { chirp } = this.#options;
    const archive = `${id}/${id}.tgz`;
    if (await chirp.exists(archive)) await chirp.move(archive, `${id}/.stale.tgz`);
  }

  /**
   * Ends a job: archive into the done folder, then the store's transition.
   *
   * @returns What came of it, see `CompletionResult`.
   */
  async finish(ending: Ending) {
    const { store, chirp, done, clock, log } = this.#options;
    const { id, token, agent, exitCode, validateExitCode } = ending;
    const report = {
      id,
      token,
      agent,
      exitCode,
      validateExitCode,
      wallSeconds: ending.wallSeconds,
    };
    const claimed = exitCode === 0 && (validateExitCode ?? 0) === 0 && ending.failure === undefined;
    const outcome = claimed ? "succeeded" as const : "failed" as const;
    const directory = directoryOf(id, ending);
    if (done === undefined || !await store.holds(id, token, agent)) {
      const judged = { outcome, reason: reasonOf(ending) };
      const result = await store.complete({ ...report, ...judged });
      this.#tellEnd(result, ending, judged);
      // An agent whose report was stored but not acknowledged has uploaded once more, for nothing.
      const isNeedless = result === "repeated" && done !== undefined && ending.ownDirectory;
      if (isNeedless) await chirp.remove(directory);
      return result;
    }
    const from = `${directory}/${archiveName(id, ending.ownDirectory ? ending.upload : 0)}`;
    const tooLarge = await this.#isTooLarge(id, from);
    const archive = await storeArchive({ chirp, done }, from, id, clock.now());
    const problem = archive === undefined ? "Its output did not arrive" : tooLarge;
    const reasons = [reasonOf(ending), problem].filter((reason) => reason !== undefined);
    const judged = {
      outcome: problem === undefined ? outcome : "failed" as const,
      reason: reasons.length === 0 ? undefined : reasons.join("; "),
    };
    const result = await store.complete({ ...report, ...judged, archive });
    log.info(
      `Job ${id} ${result === "done" ? judged.outcome : result}, output in ${archive ?? "nowhere"}`,
    );
    this.#tellEnd(result, ending, judged);
    if (ending.ownDirectory) await chirp.remove(directory);
    return result;
  }

  /**
   * Ends a job whose agent is gone but whose output, with its status, lies in the lease's own directory.
   *
   * @param lease The lease that is about to be taken back.
   * @returns True where it was so.
   */
  async finishDelivered(lease: LeaseStatus): Promise<boolean> {
    const { chirp } = this.#options;
    const directory = leaseDirectory(lease.id, lease.token);
    const statusFile = `${directory}/${lease.id}.status`;
    // The agent writes the status last: where it lies, the archive is whole.
    if (!await chirp.exists(statusFile)) return false;
    const text = await this.#readStatus(statusFile);
    const status = parseHashString(text);
    const exitCode = numberOf(hashText(status, "exitCode"));
    // A status that was cut off with its file server may end in the middle of a number.
    if (exitCode === undefined || !text.endsWith("####")) return false;
    const leasedMs = (await this.#options.store.get(lease.id))?.leasedMs;
    const result = await this.finish({
      id: lease.id,
      token: lease.token,
      agent: Jid.parse(lease.agent).bare,
      startedAt: leasedMs === undefined ? undefined : leasedMs / 1000,
      ownDirectory: true,
      exitCode,
      validateExitCode: numberOf(hashText(status, "validateExitCode")),
      wallSeconds: wallSecondsOf(status),
      failure: undefined,
    });
    return result === "done" || result === "repeated";
  }

  #tellEnd(
    result: CompletionResult,
    ending: Ending,
    judged: Pick<EndedJob, "outcome" | "reason">,
  ): void {
    if (result !== "done" && result !== "foreign") return;
    const { id, agent, startedAt, wallSeconds = 0 } = ending;
    const endedMs = this.#options.clock.now();
    this.#options.onEnd({
      id,
      ...judged,
      agent,
      // A clock that was set back must not make a job end before it began.
      startedMs: startedAt === undefined ? undefined : Math.min(startedAt * 1000, endedMs),
      endedMs,
      contributedSeconds: wallSeconds,
    });
  }

  /** Reads a status file; an agent may have put anything there. */
  async #readStatus(file: string): Promise<string> {
    try {
      return await this.#options.chirp.readText(file);
    } catch (error) {
      this.#options.log.warning(
        `Cannot read ${file}: ${messageOf(error)}`,
      );
      return "";
    }
  }

  async #isTooLarge(id: string, archive: string): Promise<string | undefined> {
    const { store, chirp } = this.#options;
    const limit = (await store.get(id))?.outputBytes;
    if (limit === undefined || !await chirp.exists(archive)) return undefined;
    const size = await chirp.size(archive);
    return size > limit ? `Its output has ${size} bytes, ${limit} are allowed` : undefined;
  }
}

function directoryOf(
  id: string,
  data: { readonly token: number | undefined; readonly ownDirectory: boolean },
): string {
  if (!JOB_ID.test(id)) {
    throw new UnsafePathError(`Not a job id: ${JSON.stringify(id.slice(0, 80))}`);
  }
  return data.ownDirectory && data.token !== undefined ? leaseDirectory(id, data.token) : id;
}

function reasonOf({ failure, exitCode, validateExitCode }: Ending): string | undefined {
  if (failure !== undefined) return failure;
  if (exitCode !== 0) return describeStatus("The job", exitCode);
  return (validateExitCode ?? 0) === 0
    ? undefined
    : describeStatus("Its validation", validateExitCode ?? 0);
}

/** A raw wait status in words. */
function describeStatus(what: string, status: number): string {
  return status < 256
    ? `${what} was killed by signal ${status & 127}`
    : `${what} exited with ${status >> 8}`;
}
