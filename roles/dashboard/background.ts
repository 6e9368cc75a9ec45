/**
 * `copilot-dashboard start`, `stop` and `status`, as the original has them: the dashboard in the
 * background, known by a file with the number of its process.
 *
 * @module
 */
import { EXIT, printErrorLine, printLine, UsageError } from "../../lib/cli.ts";
import { type Clock, inTime, sleep } from "../../lib/clock.ts";
import { hostAndPort } from "../../lib/config.ts";
import { boundedText } from "../../lib/http/bounded_text.ts";
import { fromFileUrl } from "@std/path";

/** What the original's program can be told to do. */
export const VERBS = ["start", "stop", "status"] as const;
/** One of {@linkcode VERBS}. */
export type Verb = (typeof VERBS)[number];

/** Options of {@linkcode inBackground}. */
export interface BackgroundOptions {
  /** File with the number of the process. */
  readonly pidFile: string;
  /** File to which errors are appended. */
  readonly logFile: string;
  /** Address and port on which the dashboard listens. */
  readonly host: string;
  readonly port: number;
  /** Arguments for the process: flags of configuration. */
  readonly args: readonly string[];
  /** Waits for it. */
  readonly clock: Clock;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

const NAME = "copilot-dashboard";
const MODULE = new URL("../dashboard.ts", import.meta.url);
const CONFIG = new URL("../../deno.json", import.meta.url);
/** Looks, and the time between two of them, until it has started or stopped. */
const MOST_LOOKS = 150;
const LOOK_MS = 100;
/** Longest wait for an answer, and longest answer: whoever listens there may be anybody. */
const ANSWER_MS = 1000;
const LONGEST_ANSWER_BYTES = 1000;

/**
 * Does what a verb says.
 *
 * @param verb The verb.
 * @param options See {@linkcode BackgroundOptions}.
 * @returns The exit code.
 * @throws {UsageError} When the file holds no number.
 */
export async function inBackground(verb: Verb, options: BackgroundOptions): Promise<number> {
  const pid = await runningPid(options.pidFile);
  switch (verb) {
    case "start":
      return pid === undefined ? await start(options) : alreadyRunning(pid);
    case "stop":
      return pid === undefined ? notRunning() : await stop(pid, options);
    case "status":
      return pid === undefined ? notRunning() : told(pid, options);
  }
}

function alreadyRunning(pid: number): number {
  printErrorLine(`${NAME} is already running (${pid})`);
  return EXIT.failed;
}

function notRunning(): number {
  printLine(`${NAME} is not running`);
  return EXIT.failed;
}

function told(pid: number, { host, port }: BackgroundOptions): number {
  printLine(`${NAME} is running`);
  printLine(`  PID: ${pid}`);
  printLine(`  Host: ${host}`);
  printLine(`  Port: ${port}`);
  return EXIT.done;
}

async function start(options: BackgroundOptions): Promise<number> {
  const { pidFile, logFile, host, port, args } = options;
  printLine(`Starting Co-Pilot Dashboard on ${host}:${port}...`);
  if (await answers(options)) {
    printErrorLine(`${NAME} has not started: another one answers there, unknown to ${pidFile}`);
    return EXIT.failed;
  }
  // The shell's own $! is the number: nohup turns into the program that it starts.
  const pid = Number(
    await shell('log=$1; shift; nohup "$@" </dev/null >>"$log" 2>&1 & echo $!', [
      logFile,
      Deno.execPath(),
      ...["run", "--quiet", "--no-prompt", "--config", fromFileUrl(CONFIG), "-P=dashboard"],
      fromFileUrl(MODULE),
      ...args,
    ]),
  );
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    await sleep(options.clock, LOOK_MS, { signal: options.signal });
    if (!await isDashboard(pid)) break;
    if (!await answers(options)) continue;
    await Deno.remove(pidFile).catch(ignoreMissing);
    // A link that somebody has put there is not followed.
    await Deno.writeTextFile(pidFile, `${pid}\n`, { createNew: true });
    return EXIT.done;
  }
  await signalProcess(pid, "TERM");
  printErrorLine(`${NAME} has not started: ${logFile} says why`);
  return EXIT.failed;
}

async function stop(pid: number, { pidFile, clock, signal }: BackgroundOptions): Promise<number> {
  printLine(`Stopping ${NAME} (${pid})`);
  await signalProcess(pid, "TERM");
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    if (!await isDashboard(pid)) {
      await Deno.remove(pidFile).catch(ignoreMissing);
      return EXIT.done;
    }
    await sleep(clock, LOOK_MS, { signal });
  }
  printErrorLine(`${NAME} (${pid}) has not stopped in ${MOST_LOOKS * LOOK_MS / 1000} s`);
  return EXIT.failed;
}

/** The process that the file names, if it still is a dashboard. */
async function runningPid(pidFile: string): Promise<number | undefined> {
  const text = await Deno.readTextFile(pidFile).catch(ignoreMissing);
  if (text === undefined) return undefined;
  if (!/^\d{1,10}\s*$/.test(text)) {
    throw new UsageError(`Expected the number of a process in ${pidFile}`);
  }
  const pid = Number(text);
  return await isDashboard(pid) ? pid : undefined;
}

/** True where a process is a dashboard: its number may have gone to another one since. */
async function isDashboard(pid: number): Promise<boolean> {
  const command = await shell(`tr '\\0' ' ' 2>/dev/null <"/proc/$1/cmdline" || true`, [`${pid}`]);
  return command.includes(fromFileUrl(MODULE));
}

async function signalProcess(pid: number, name: "TERM"): Promise<void> {
  await shell('kill -"$1" "$2" 2>/dev/null || true', [name, `${pid}`]);
}

/** Whether a dashboard answers there. */
async function answers({ host, port, clock, signal }: BackgroundOptions): Promise<boolean> {
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const address = `http://${hostAndPort(name, port)}/api/ping`;
  try {
    return await inTime(clock, ANSWER_MS, async (limited) => {
      const response = await fetch(address, { signal: limited });
      return JSON.parse(await boundedText(response, LONGEST_ANSWER_BYTES)).ping === "pong";
    }, signal);
  } catch {
    return false;
  }
}

/** Runs a script; its arguments are never part of its text. */
async function shell(script: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", script, "sh", ...args],
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run ${args[0]}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout);
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
