/**
 * Commands as processes of this machine. Permission: `--allow-run` for the configured programs.
 *
 * @module
 */
import { type Clock, systemClock } from "../../clock.ts";
import {
  type CommandResult,
  type CommandRunner,
  type CommandRunOptions,
  NOT_STARTED,
  TIMED_OUT,
} from "./command_runner.ts";

/** Bytes of an output that are kept. */
const LARGEST_OUTPUT_BYTES = 2 ** 20;

/** Options of {@linkcode processCommands}. */
export interface ProcessCommandsOptions {
  /** Clock of time limits. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * Makes a runner of processes.
 *
 * @param options See {@linkcode ProcessCommandsOptions}.
 */
export function processCommands(options: ProcessCommandsOptions = {}): CommandRunner {
  const clock = options.clock ?? systemClock;
  return { run: (argv, how) => runProcess(argv, how, clock) };
}

async function runProcess(
  [program = "", ...args]: readonly string[],
  { timeoutMs, input, signal }: CommandRunOptions,
  clock: Clock,
): Promise<CommandResult> {
  signal?.throwIfAborted();
  let child: Deno.ChildProcess;
  try {
    const command = new Deno.Command(program, {
      args,
      stdin: input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    });
    child = command.spawn();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { code: NOT_STARTED, stdout: "", stderr: `Cannot start ${program}: ${error.message}` };
  }
  let timedOut = false;
  const killed = new AbortController();
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof TypeError)) throw error;
    }
    killed.abort();
  };
  const timer = clock.after(timeoutMs, () => {
    timedOut = true;
    kill();
  });
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const [stdout, stderr, { code }] = await Promise.all([
      readOutput(child.stdout, killed.signal),
      readOutput(child.stderr, killed.signal),
      child.status,
      input === undefined ? undefined : writeInput(child.stdin, input, killed.signal),
    ]);
    signal?.throwIfAborted();
    return { code: timedOut ? TIMED_OUT : code, stdout, stderr };
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", kill);
  }
}

/** Writes an input; a program that reads none, or has ended, does without. */
async function writeInput(
  stream: WritableStream<Uint8Array>,
  input: string,
  killed: AbortSignal,
): Promise<void> {
  const writer = stream.getWriter();
  const leave = () => void writer.abort().catch(() => {});
  killed.addEventListener("abort", leave, { once: true });
  try {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch (error) {
    if (!killed.aborted && !(error instanceof Deno.errors.BrokenPipe)) throw error;
  } finally {
    killed.removeEventListener("abort", leave);
  }
}

/**
 * Reads an output to its end, so that the program is not held up; keeps its beginning. Programs that a
 * killed one has left behind are not waited for.
 */
async function readOutput(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  killed: AbortSignal,
): Promise<string> {
  const reader = stream.getReader();
  const leave = () => void reader.cancel();
  killed.addEventListener("abort", leave, { once: true });
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for (;;) {
    const { value } = await reader.read();
    if (value === undefined) break;
    const kept = value.subarray(0, Math.max(0, LARGEST_OUTPUT_BYTES - bytes));
    bytes += kept.length;
    text += decoder.decode(kept, { stream: true });
  }
  killed.removeEventListener("abort", leave);
  return text + decoder.decode();
}
