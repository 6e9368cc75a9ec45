/**
 * Roles and tools as their users start them: each a process of its own, with the permissions that
 * `deno.json` gives it.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

/** Root of the checkout. */
export const ROOT = fromFileUrl(new URL("../../", import.meta.url));

/** Module by name of the program; the name is mostly that of its permission set, too. */
const MODULES = {
  agent: "roles/agent.ts",
  jobmanager: "roles/jobmanager.ts",
  "alien-jobmanager": "roles/alien_jobmanager.ts",
  "alien-storagemanager": "roles/alien_storagemanager.ts",
  "panda-storagemanager": "roles/panda_storagemanager.ts",
  monitor: "roles/monitor.ts",
  dashboard: "roles/dashboard.ts",
  presence: "roles/presence.ts",
  keymanager: "roles/keymanager.ts",
  keygen: "tools/keygen.ts",
  heartbeat: "tools/heartbeat.ts",
  trace: "tools/trace.ts",
  conformance: "tools/conformance.ts",
  world: "tools/world.ts",
  simulate: "tools/simulate.ts",
  submit: "tools/submit.ts",
  jobs: "tools/jobs.ts",
  sandbox: "tools/sandbox.ts",
  demo: "tools/demo.ts",
  install: "tools/install.ts",
} as const;

/** Permission sets that bear another name. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  "alien-jobmanager": "grid",
  "alien-storagemanager": "grid",
  "panda-storagemanager": "grid",
};

/** Name of a program. */
export type ProgramName = keyof typeof MODULES;

/** Every program. */
export const PROGRAM_NAMES = Object.keys(MODULES) as readonly ProgramName[];

/** Options of {@linkcode startProgram}. */
export interface ProgramOptions {
  readonly args?: readonly string[] | undefined;
  /** Environment; of the test's own it sees only what Deno needs. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Current directory. Default: the root of the checkout. */
  readonly cwd?: string | undefined;
  /** Another module of the checkout, to be run with the program's permissions. */
  readonly module?: string | undefined;
  /** A module that is loaded before the program's own. */
  readonly preload?: string | undefined;
  /** Another program than Deno, such as an installed launcher; gets `args` alone. */
  readonly launcher?: string | undefined;
}

/** How a program ended. */
export interface ProgramResult {
  /** Its exit code; above 128 for a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of its output, as JSON. */
  json<T>(): T;
}

/** Longest wait for a line or an end, in milliseconds: what takes longer hangs. */
const PATIENCE_MS = 60_000;
/** What a program inherits of the test's environment. */
const INHERITED = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"];

/** Fails with a message where a promise does not settle in time. */
export async function inTime<T>(
  promise: Promise<T>,
  describe: () => string,
  limitMs: number = PATIENCE_MS,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`Waited ${limitMs} ms in vain for ${describe()}`)),
    limitMs,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Someone who waits for lines. */
interface LineWaiter {
  readonly pattern: RegExp;
  left: number;
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

/** Text that a process writes, line by line. */
class LineReader {
  readonly lines: string[] = [];
  readonly finished: Promise<void>;
  readonly #waiters = new Set<LineWaiter>();
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.finished = this.#read(stream);
  }

  get text(): string {
    return this.lines.map((line) => `${line}\n`).join("");
  }

  /** Waits for the `count`th line that matches. */
  wait(pattern: RegExp, count: number): Promise<string> {
    const matching = this.lines.filter((line) => pattern.test(line));
    const found = matching[count - 1];
    if (found !== undefined) return Promise.resolve(found);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const waiter = { pattern, left: count - matching.length, resolve, reject };
    if (this.#ended) reject(this.#endOfText(pattern));
    else this.#waiters.add(waiter);
    return promise;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#add(line);
    }
    if (rest !== "") this.#add(rest);
    this.#ended = true;
    for (const { pattern, reject } of this.#waiters) reject(this.#endOfText(pattern));
    this.#waiters.clear();
  }

  #add(line: string): void {
    this.lines.push(line);
    for (const waiter of this.#waiters) {
      if (!waiter.pattern.test(line) || --waiter.left > 0) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(line);
    }
  }

  #endOfText(pattern: RegExp): Error {
    return new Error(`The program ended without a line like ${pattern}:\n${this.text}`);
  }
}

/** A running program; disposing of it ends it with SIGKILL, whatever it does. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: LineReader;
  readonly #stderr: LineReader;
  readonly #status: Promise<Deno.CommandStatus>;
  readonly #name: string;
  #ended = false;

  /**
   * @param name What it is called in errors.
   * @param child Its process, with both outputs piped.
   */
  constructor(name: string, child: Deno.ChildProcess) {
    this.#name = name;
    this.#child = child;
    this.#stdout = new LineReader(child.stdout);
    this.#stderr = new LineReader(child.stderr);
    this.#status = child.status.then((status) => {
      this.#ended = true;
      return status;
    });
  }

  /** Id of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it has written to standard error so far. */
  get log(): string {
    return this.#stderr.text;
  }

  /** Waits for the `count`th line of its log that matches. */
  logged(pattern: RegExp, count = 1): Promise<string> {
    const wait = this.#stderr.wait(pattern, count);
    return inTime(wait, () => `${pattern} in the log of ${this.#name}:\n${this.log}`);
  }

  /** Waits for the `count`th line of its output that matches. */
  printed(pattern: RegExp, count = 1): Promise<string> {
    const wait = this.#stdout.wait(pattern, count);
    return inTime(wait, () => `${pattern} in the output of ${this.#name}:\n${this.log}`);
  }

  /** Sends a signal. */
  signal(signal: Deno.Signal): void {
    if (!this.#ended) this.#child.kill(signal);
  }

  /** Waits for its end. */
  async end(): Promise<ProgramResult> {
    const status = await inTime(this.#status, () => `the end of ${this.#name}:\n${this.log}`);
    // A process of its own that outlives it may hold its outputs open.
    if (status.signal === null) await Promise.all([this.#stdout.finished, this.#stderr.finished]);
    const stdout = this.#stdout.text;
    return {
      code: status.code,
      stdout,
      stderr: this.#stderr.text,
      json: <T>() => JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as T,
    };
  }

  /** Ends it with SIGKILL. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Promise.all([this.#stdout.finished, this.#stderr.finished]);
  }
}

/**
 * Starts a program.
 *
 * @param name The program.
 * @param options See {@linkcode ProgramOptions}.
 * @returns The program; it must be disposed of.
 */
export function startProgram(name: ProgramName, options: ProgramOptions = {}): Program {
  const { args = [], env = {}, cwd = ROOT, launcher, preload, module = MODULES[name] } = options;
  const inherited = INHERITED.flatMap((variable) => {
    const value = Deno.env.get(variable);
    return value === undefined ? [] : [[variable, value] as const];
  });
  const deno = ["run", "--quiet", "--no-prompt", "--config", `${ROOT}deno.json`];
  if (preload !== undefined) deno.push("--preload", preload);
  const child = new Deno.Command(launcher ?? Deno.execPath(), {
    args: launcher === undefined
      ? [...deno, `-P=${PERMISSIONS[name] ?? name}`, `${ROOT}${module}`, ...args]
      : [...args],
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    clearEnv: true,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return new Program(name, child);
}

/**
 * Runs a program to its end.
 *
 * @param name The program.
 * @param options See {@linkcode ProgramOptions}.
 * @returns How it ended.
 */
export async function runProgram(
  name: ProgramName,
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  await using program = startProgram(name, options);
  return await program.end();
}
