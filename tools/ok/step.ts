/**
 * One step of the gate: a command of Deno, what it said, and how long it took.
 *
 * @module
 */

/** A step, ready to run. */
export interface Step {
  /** Name shown, and typed to run this step alone. */
  readonly name: string;
  /** Arguments of `deno`. */
  readonly args: readonly string[];
  /**
   * Decides by the output of a failing command what of it is wrong; an empty text passes the step.
   * Default: all of it.
   */
  readonly judge?: (output: string) => Promise<string>;
}

/** A step that has run. */
export interface StepResult {
  /** Name of the step. */
  readonly name: string;
  /** Whether it passed. */
  readonly passed: boolean;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** What it said, where it failed. */
  readonly output: string;
}

/**
 * Runs a step.
 *
 * @param step The step.
 * @param cwd Directory to run in.
 * @param signal Ends the command.
 * @returns What came of it.
 */
export async function runStep(step: Step, cwd: string, signal: AbortSignal): Promise<StepResult> {
  const startedMs = performance.now();
  const command = new Deno.Command(Deno.execPath(), {
    args: [...step.args],
    cwd,
    signal,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0", RUST_LIB_BACKTRACE: "0" },
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  signal.throwIfAborted();
  const decoder = new TextDecoder();
  const said = `${decoder.decode(stdout)}${decoder.decode(stderr)}`;
  const output = success ? "" : await (step.judge?.(said) ?? said);
  return {
    name: step.name,
    passed: success || output === "",
    tookMs: performance.now() - startedMs,
    output,
  };
}
