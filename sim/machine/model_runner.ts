/**
 * A model of jobs: they take their time, write, succeed, fail and run into limits, but no program runs.
 *
 * @module
 */

import { type Clock, systemClock } from "../../lib/clock.ts";
import type { JobRunner, JobRunRequest, JobRunResult } from "../../lib/machine/job_runner.ts";
import { type Random, systemRandom } from "../../lib/random.ts";
import type { MemoryWorkspace } from "./memory_workspace.ts";

/** A property of a model job: the same for all, or drawn for each. */
export type JobProperty<T> = T | ((request: JobRunRequest, random: Random) => T);

/** Options of {@linkcode modelRunner}. */
export interface ModelRunnerOptions {
  /** Clock that jobs run on. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Source that properties may draw from. Default: the system's. */
  readonly random?: Random | undefined;
  /** How long a job runs in milliseconds if nothing ends it. Default: 1000. */
  readonly durationMs?: JobProperty<number> | undefined;
  /** Raw wait status of a job that runs to its end. Default: 0. */
  readonly waitStatus?: JobProperty<number> | undefined;
  /** What a job that runs to its end prints. Default: nothing. */
  readonly stdout?: JobProperty<string> | undefined;
  /** What it prints as errors. Default: nothing. */
  readonly stderr?: JobProperty<string> | undefined;
  /** Bytes that it writes to the file `output`, evenly over its time. Default: 0, no file. */
  readonly outputBytes?: JobProperty<number> | undefined;
  /** Share of its time that it computes. Default: 1. */
  readonly cpuShare?: JobProperty<number> | undefined;
  /**
   * Where its files go, and where its program has to be. Default: none; then any program starts and
   * nothing is written.
   */
  readonly workspace?: MemoryWorkspace | undefined;
}

/** How a run is going to end unless it is aborted. */
interface Ending {
  readonly afterMs: number;
  readonly waitStatus: number;
  readonly killedFor: JobRunResult["killedFor"];
}

/** Wait status of a program that SIGTERM ended. */
const TERMINATED = 15;

/** A runner of model jobs. */
class ModelRunner implements JobRunner {
  readonly #options: ModelRunnerOptions;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(options: ModelRunnerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  async run(request: JobRunRequest): Promise<JobRunResult> {
    request.signal?.throwIfAborted();
    await this.#checkStartable(request);
    const durationMs = this.#draw(this.#options.durationMs, request, 1000);
    const bytes = this.#draw(this.#options.outputBytes, request, 0);
    const cpuShare = this.#draw(this.#options.cpuShare, request, 1);
    const startedMs = this.#clock.now();
    const { waitStatus, killedFor } = await this.#wait(
      this.#ending(request, durationMs, bytes),
      request.signal,
    );
    const tookMs = this.#clock.now() - startedMs;
    const done = killedFor === undefined ? 1 : Math.min(1, tookMs / durationMs);
    await this.#write(request, killedFor === undefined, Math.ceil(bytes * done));
    const wallSeconds = tookMs / 1000;
    return { waitStatus, wallSeconds, userSeconds: wallSeconds * cpuShare, killedFor };
  }

  /** Draws a property of one job. */
  #draw<T extends string | number>(
    property: JobProperty<T> | undefined,
    request: JobRunRequest,
    otherwise: T,
  ): T {
    if (property === undefined) return otherwise;
    return typeof property === "function" ? property(request, this.#random) : property;
  }

  async #checkStartable({ directory, program }: JobRunRequest): Promise<void> {
    const { workspace } = this.#options;
    if (workspace === undefined) return;
    const path = `${directory}/${program}`;
    const mode = await workspace.mode(`${workspace.relativePath(directory)}/${program}`)
      .catch((error) => {
        throw new Error(`Cannot start ${path}: ${error.message}`, { cause: error });
      });
    if ((mode & 0o111) === 0) throw new Error(`Cannot start ${path}: it is not executable`);
  }

  /** Finds what ends a run first: its own end, or a limit. */
  #ending(request: JobRunRequest, durationMs: number, bytes: number): Ending {
    const { wallTimeSeconds = Infinity, outputBytes = Infinity } = request;
    const wallMs = wallTimeSeconds * 1000;
    const fullMs = bytes > outputBytes ? durationMs * outputBytes / bytes : Infinity;
    if (durationMs <= Math.min(wallMs, fullMs)) {
      const waitStatus = this.#draw(this.#options.waitStatus, request, 0);
      return { afterMs: durationMs, waitStatus, killedFor: undefined };
    }
    const killedFor = wallMs <= fullMs ? "wall-time" : "output-size";
    return { afterMs: Math.min(wallMs, fullMs), waitStatus: TERMINATED, killedFor };
  }

  /** Waits for the end of a run, or its abortion. */
  #wait(ending: Ending, signal: AbortSignal | undefined): Promise<Ending> {
    const { promise, resolve } = Promise.withResolvers<Ending>();
    const abort = () => {
      timer.cancel();
      resolve({ ...ending, waitStatus: TERMINATED, killedFor: "aborted" });
    };
    const timer = this.#clock.after(ending.afterMs, () => {
      signal?.removeEventListener("abort", abort);
      resolve(ending);
    });
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    return promise;
  }

  /** Writes what the job leaves behind. */
  async #write(request: JobRunRequest, complete: boolean, bytes: number): Promise<void> {
    const { workspace, stdout, stderr } = this.#options;
    if (workspace === undefined) return;
    const directory = workspace.relativePath(request.directory);
    const print = (file: string, text: JobProperty<string> | undefined) =>
      workspace.writeText(`${directory}/${file}`, complete ? this.#draw(text, request, "") : "");
    await print(request.stdoutFile, stdout);
    await print(request.stderrFile, stderr);
    if (bytes > 0) await workspace.writeBytes(`${directory}/output`, new Uint8Array(bytes));
  }
}

/**
 * Makes a runner of model jobs, for virtual time and for tests.
 *
 * @param options Clock, chance, the jobs' properties.
 * @returns The runner; it may run any number of jobs at once.
 */
export function modelRunner(options: ModelRunnerOptions = {}): JobRunner {
  return new ModelRunner(options);
}
