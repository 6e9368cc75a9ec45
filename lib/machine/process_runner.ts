/**
 * Jobs as processes of the machine.
 *
 * Each program is started by `/bin/sh`, which redirects its output, sets its environment and then
 * becomes it. So it leads a session and a process group of its own, and a component has to be
 * allowed no more than `--allow-run=/bin/sh`, to read and write the job's directory, and
 * `--allow-env=PATH,HOME,LANG`.
 *
 * @module
 */

import { type Clock, systemClock } from "../clock.ts";
import type { JobRunner, JobRunRequest, JobRunResult } from "./job_runner.ts";
import { processSessions, type SessionAccount } from "./process_sessions.ts";
import { RunLimits } from "./run_limits.ts";
import { safeRelativePath } from "./safe_path.ts";
import { SHELL } from "./shell.ts";
import { checkStartable } from "./startable.ts";

/** `$0` is the program, `$1` and `$2` take its output, the rest is its environment. */
const START_SCRIPT =
  'exec >"$1" 2>"$2" || exit; shift 2; [ $# -eq 0 ] || export "$@" || exit; exec "$0"';

/** Search path of a component that has none. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Options of {@linkcode processRunner}. */
export interface ProcessRunnerOptions {
  /** Clock of wall times and limits. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Time between SIGTERM and SIGKILL in milliseconds. Default: 5000. */
  readonly graceMs?: number | undefined;
  /** Shortest time between two looks at the output's size in milliseconds. Default: 2000. */
  readonly sizeCheckMs?: number | undefined;
  /**
   * Names of variables that programs inherit. Default: `PATH`, `HOME`, `LANG`; a component's own
   * configuration, passwords and keys in it, stays with the component.
   */
  readonly inherited?: readonly string[] | undefined;
}

/** Picks variables of this process; those that may not be read are as good as missing. */
function inheritedEnvironment(names: readonly string[]): Record<string, string> {
  const environment: Record<string, string> = { PATH: DEFAULT_PATH };
  for (const name of names) {
    try {
      const value = Deno.env.get(name);
      if (value !== undefined) environment[name] = value;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
    }
  }
  return environment;
}

/** Writes variables as the shell's `export` takes them. */
function assignments(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes("\0")) {
      throw new TypeError(`Cannot set the environment variable ${JSON.stringify(name)}`);
    }
    return `${name}=${value}`;
  });
}

/** Makes way for an output file: whatever stands there, a link above all, is not written through. */
async function clearOutput(directory: string, file: string): Promise<string> {
  const name = safeRelativePath(file);
  try {
    await Deno.remove(`${directory}/${name}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return `./${name}`;
}

/** Waits for a program and returns its raw wait status. */
async function waitStatusOf(child: Deno.ChildProcess): Promise<number> {
  try {
    const { code, signal } = await child.status;
    return signal === null ? code * 256 : code - 128;
  } catch (error) {
    // Deno has no names for real-time signals; instead of returning a status it says so, and keeps its
    // record of the process.
    const unnamed = /^Invalid signal: (\d+)$/.exec((error as Error).message)?.[1];
    if (unnamed === undefined) throw error;
    return Number(unnamed);
  }
}

/** A runner of processes. */
class ProcessRunner implements JobRunner {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #sizeCheckMs: number;
  readonly #inherited: readonly string[];

  constructor(options: ProcessRunnerOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#graceMs = options.graceMs ?? 5000;
    this.#sizeCheckMs = options.sizeCheckMs ?? 2000;
    this.#inherited = options.inherited ?? ["PATH", "HOME", "LANG"];
  }

  async run(request: JobRunRequest): Promise<JobRunResult> {
    request.signal?.throwIfAborted();
    const { directory } = request;
    const program = safeRelativePath(request.program);
    await checkStartable(`${directory}/${program}`);
    const outputs = [
      await clearOutput(directory, request.stdoutFile),
      await clearOutput(directory, request.stderrFile),
    ];
    const values = assignments(request.environment ?? {});
    const command = this.#command(directory, [`./${program}`, ...outputs, ...values]);
    let startedMs = this.#clock.now();
    const elapsedSeconds = () => (this.#clock.now() - startedMs) / 1000;
    const account = await processSessions.open(elapsedSeconds);
    startedMs = this.#clock.now();
    const child = this.#start(command, `${directory}/${program}`, account);
    const limits = new RunLimits(child.pid, request, {
      clock: this.#clock,
      graceMs: this.#graceMs,
      sizeCheckMs: this.#sizeCheckMs,
    });
    const waitStatus = await waitStatusOf(child);
    const wallSeconds = elapsedSeconds();
    await limits[Symbol.asyncDispose]();
    const userSeconds = await processSessions.close(account);
    return { waitStatus, wallSeconds, userSeconds, killedFor: limits.killedFor };
  }

  /** The shell that becomes the program. */
  #command(directory: string, values: readonly string[]): Deno.Command {
    return new Deno.Command(SHELL, {
      args: ["-c", START_SCRIPT, ...values],
      cwd: directory,
      clearEnv: true,
      env: inheritedEnvironment(this.#inherited),
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    });
  }

  /** Starts a program and enters it into its account. */
  #start(command: Deno.Command, path: string, account: SessionAccount): Deno.ChildProcess {
    try {
      const child = command.spawn();
      account.leaderPid = child.pid;
      return child;
    } catch (error) {
      processSessions.abandon(account);
      throw new Error(`Cannot start ${path}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/**
 * Makes a runner of processes.
 *
 * A run is over when its program ends; whatever is left of its session is killed then. Limits first
 * ask the process group to end (SIGTERM) and end it after a grace. The output's size is looked at from
 * time to time: a run may exceed it for some seconds. A program that makes a session of its own
 * (`setsid`) leaves the runner's reach.
 *
 * @param options Clock and times.
 * @returns The runner; it may run any number of programs at once.
 */
export function processRunner(options: ProcessRunnerOptions = {}): JobRunner {
  return new ProcessRunner(options);
}
