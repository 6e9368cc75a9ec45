/**
 * AliEn's task queue, as far as the commands of its shell show and change it.
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import { type AlienCalls, answerError, ERRNO } from "./answer.ts";

/** A job in the queue. */
export interface QueuedJob {
  /** The queue id. */
  readonly id: string;
  /** See `job_status.ts`. */
  readonly status: string;
  /** Who submitted it. */
  readonly owner: string;
}

/** The queue. */
export class AlienTaskQueue {
  readonly #calls: AlienCalls;

  /**
   * Nothing is called yet.
   *
   * @param calls The central services.
   */
  constructor(calls: AlienCalls) {
    this.#calls = calls;
  }

  /** Looks at a job (`JAliEnCommandps -j`); `undefined` where the queue does not know it. */
  async job(id: string, how?: GridCallOptions): Promise<QueuedJob | undefined> {
    return (await this.#list(["-j", id], how)).find((job) => job.id === id);
  }

  /** Jobs of all users that wait for a site (`JAliEnCommandps -a -f WAITING`). */
  async waiting(limit: number, how?: GridCallOptions): Promise<QueuedJob[]> {
    return await this.#list(["-a", "-f", "WAITING", "-l", `${limit}`], how);
  }

  /** A job's JDL as it was submitted (`JAliEnCommandps -jdl`). */
  async jdl(id: string, how?: GridCallOptions): Promise<string> {
    const answer = await this.#calls.call("ps", ["-jdl", id], how);
    const jdl = answer.results[0]?.["jdl"];
    if (answer.exitCode !== 0) throw answerError(`the JDL of job ${id}`, answer);
    if (jdl === undefined || jdl === "null") {
      throw new GridError(`AliEn has no JDL of job ${id}`, { transient: true });
    }
    return jdl;
  }

  /** Puts a job back among those that wait (`JAliEnCommandresubmit`). */
  async resubmit(id: string, how?: GridCallOptions): Promise<void> {
    const answer = await this.#calls.call("resubmit", [id], how);
    if (answer.exitCode !== 0) throw answerError(`resubmit ${id}`, answer);
  }

  async #list(options: readonly string[], how?: GridCallOptions): Promise<QueuedJob[]> {
    const answer = await this.#calls.call("ps", options, how);
    if (answer.exitCode === ERRNO.ESRCH || answer.exitCode === ERRNO.ENOENT) return [];
    if (answer.exitCode !== 0) throw answerError(`ps ${options.join(" ")}`, answer);
    return answer.results.flatMap(({ id = "", status = "", owner = "" }) =>
      id === "" ? [] : [{ id, status, owner }]
    );
  }
}
