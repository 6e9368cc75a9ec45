/**
 * The seam to programs of a grid: steps that no published interface reaches.
 *
 * @module
 */

/** How a command is run. */
export interface CommandRunOptions {
  /** Longest time it may take; it is killed then. */
  readonly timeoutMs: number;
  /** What it reads on its standard input: secrets, which arguments would show to all. Default: nothing. */
  readonly input?: string | undefined;
  /** Aborted: the command is killed, and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of a command. */
export interface CommandResult {
  /** Exit status; 124 where its time ran out, 127 where it cannot be started, as shells say it. */
  readonly code: number;
  /** Standard output, at most 1 MiB of it. */
  readonly stdout: string;
  /** Standard error, at most 1 MiB of it. */
  readonly stderr: string;
}

/** Exit status of a command whose time ran out. */
export const TIMED_OUT = 124;
/** Exit status of a command that cannot be started. */
export const NOT_STARTED = 127;

/** Runs commands. */
export interface CommandRunner {
  /**
   * Runs a command to its end.
   *
   * @param argv Program and arguments, given to it as they are: no shell reads them.
   * @param options See {@linkcode CommandRunOptions}.
   */
  run(argv: readonly string[], options: CommandRunOptions): Promise<CommandResult>;
}
