/**
 * The seam to the execution of a job's program.
 *
 * @module
 */

/** What is to be run. */
export interface JobRunRequest {
  /** The job's directory; the program starts there. */
  readonly directory: string;
  /** Program in that directory, such as `./_wrapper_.sh`. */
  readonly program: string;
  /** File in the directory that takes standard output. */
  readonly stdoutFile: string;
  /** File in the directory that takes standard error. */
  readonly stderrFile: string;
  /** Environment variables beside the inherited ones. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Longest run in seconds; then the whole process group is killed. Default: none. */
  readonly wallTimeSeconds?: number | undefined;
  /** Largest size of the directory in bytes; then the process group is killed. Default: none. */
  readonly outputBytes?: number | undefined;
  /** Ends the run early by killing the process group. */
  readonly signal?: AbortSignal | undefined;
}

/** How a run ended. */
export interface JobRunResult {
  /** Raw wait status, as wait(2): exit code × 256, or the number of the signal that killed it. */
  readonly waitStatus: number;
  /** Elapsed time in seconds. */
  readonly wallSeconds: number;
  /** CPU time in user mode of the program and its children, in seconds; `undefined` if unknown. */
  readonly userSeconds: number | undefined;
  /** Why the runner killed it, if it did. */
  readonly killedFor?: "wall-time" | "output-size" | "aborted" | undefined;
}

/** Runs prepared jobs, each in a process group of its own. */
export interface JobRunner {
  /**
   * Runs one program to its end, with all that it started.
   *
   * @throws When the program cannot be started at all.
   */
  run(request: JobRunRequest): Promise<JobRunResult>;
}
