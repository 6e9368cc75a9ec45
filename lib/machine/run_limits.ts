/**
 * The limits of one run: wall time, output size, the caller's patience.
 *
 * @module
 */

import type { Clock, Timer } from "../clock.ts";
import { directorySizeBytes } from "./directory_size.ts";
import type { JobRunRequest, JobRunResult } from "./job_runner.ts";
import { signalGroup } from "./process_sessions.ts";

/** A size check takes at most about this share of the time. */
const SIZE_CHECK_SHARE = 1 / 50;

/** Options of {@linkcode RunLimits}. */
export interface RunLimitsOptions {
  /** Clock of the limits. */
  readonly clock: Clock;
  /** Time between asking a program to end and ending it, in milliseconds. */
  readonly graceMs: number;
  /** Shortest time between two looks at the directory's size, in milliseconds. */
  readonly sizeCheckMs: number;
}

/** Watches one run and ends its process group where a limit is reached. */
export class RunLimits implements AsyncDisposable {
  readonly #leaderPid: number;
  readonly #request: JobRunRequest;
  readonly #options: RunLimitsOptions;
  readonly #timers = new Set<Timer>();
  readonly #work = new Set<Promise<void>>();
  #killedFor: JobRunResult["killedFor"];
  #over = false;

  /**
   * Begins to watch.
   *
   * @param leaderPid Process number of the program, leader of its group.
   * @param request The run's limits and directory.
   * @param options Clock and times.
   */
  constructor(leaderPid: number, request: JobRunRequest, options: RunLimitsOptions) {
    this.#leaderPid = leaderPid;
    this.#request = request;
    this.#options = options;
    const { wallTimeSeconds, outputBytes, signal } = request;
    if (wallTimeSeconds !== undefined) {
      this.#after(wallTimeSeconds * 1000, () => this.#kill("wall-time"));
    }
    if (outputBytes !== undefined) this.#checkSizeLater(outputBytes, options.sizeCheckMs);
    signal?.addEventListener("abort", this.#abort);
    if (signal?.aborted) this.#abort();
  }

  /** Why the run was ended, if it was. */
  get killedFor(): JobRunResult["killedFor"] {
    return this.#killedFor;
  }

  /** Stops watching; to be called once the program has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    for (const timer of this.#timers) timer.cancel();
    this.#request.signal?.removeEventListener("abort", this.#abort);
    await Promise.all(this.#work);
  }

  readonly #abort = () => this.#kill("aborted");

  #after(delayMs: number, callback: () => void): void {
    const timer = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
  }

  /** Lets something go on beside the run, but not beyond it. */
  #track(work: Promise<void>): void {
    this.#work.add(work);
    work.finally(() => this.#work.delete(work));
  }

  #kill(reason: NonNullable<JobRunResult["killedFor"]>): void {
    if (this.#over || this.#killedFor !== undefined) return;
    this.#killedFor = reason;
    this.#track(signalGroup(this.#leaderPid, "TERM"));
    this.#after(this.#options.graceMs, () => this.#track(signalGroup(this.#leaderPid, "KILL")));
  }

  #checkSizeLater(outputBytes: number, delayMs: number): void {
    this.#after(delayMs, () => this.#track(this.#checkSize(outputBytes)));
  }

  async #checkSize(outputBytes: number): Promise<void> {
    const { clock, sizeCheckMs } = this.#options;
    const startedMs = clock.now();
    const sizeBytes = await directorySizeBytes(this.#request.directory, outputBytes)
      .catch(() => 0);
    if (sizeBytes > outputBytes) return this.#kill("output-size");
    if (this.#over) return;
    const tookMs = clock.now() - startedMs;
    this.#checkSizeLater(outputBytes, Math.max(sizeCheckMs, tookMs / SIZE_CHECK_SHARE));
  }
}
