/**
 * One job on the agent's machine: input fetched, wrapper written, program run, output validated and
 * packed. Nothing here talks to a manager.
 *
 * @module
 */
import { dirname } from "@std/path";
import { type FileTransfer, FileTransferError } from "../../lib/chirp/file_transfer.ts";
import { messageOf } from "../../lib/error_message.ts";
import type { JobRunner, JobRunResult } from "../../lib/machine/job_runner.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import type { Job } from "../../lib/protocol/job.ts";
import { WRAPPER_FILE, wrapperScript } from "./wrapper.ts";

/** Wait status of a job that could not be run at all: exit code 255. */
const COULD_NOT_RUN = 255 << 8;

/** What executing a job needs. */
export interface ExecutionTools {
  readonly workspace: Workspace;
  readonly runner: JobRunner;
  /** Opens the file server at `host` or `host:port`. */
  readonly openTransfer: (address: string) => FileTransfer;
  /** Ends the job early. */
  readonly signal: AbortSignal;
}

/** How a job went. */
export interface Execution {
  /** Raw wait status. */
  readonly waitStatus: number;
  /** Raw wait status of the validation; `undefined` where there was none. */
  readonly validateStatus: number | undefined;
  readonly userSeconds: number | undefined;
  readonly wallSeconds: number;
  /** Why it could not be run as asked, in a sentence; `undefined` where it was. */
  readonly failure: string | undefined;
  /** True where the cause lies outside the job, so that another agent may succeed. */
  readonly elsewhere: boolean;
  /** The agent's address as the file server sees it; `undefined` where nothing was fetched. */
  readonly agentIp: string | undefined;
}

/**
 * Runs a job to its end. The directory then holds the input, the wrapper, `stdout`, `stderr`,
 * `resources`, and whatever the job made.
 *
 * @param job The job.
 * @param directory Its directory in the workspace; replaced where it exists.
 * @param tools What is used.
 * @returns How it went; a job that cannot be run is a failed one.
 * @throws The signal's reason when aborted.
 */
export async function executeJob(
  job: Job,
  directory: string,
  tools: ExecutionTools,
): Promise<Execution> {
  const { workspace, signal } = tools;
  await workspace.remove(directory);
  await workspace.makeDirectory(directory);
  let agentIp: string | undefined;
  try {
    agentIp = await fetchInput(job, directory, tools);
    signal.throwIfAborted();
    const wrapper = wrapperScript(job, workspace.path(directory));
    await workspace.writeText(`${directory}/${WRAPPER_FILE}`, wrapper, 0o755);
  } catch (error) {
    signal.throwIfAborted();
    const failure = messageOf(error);
    await workspace.writeText(`${directory}/stdout`, "");
    await workspace.writeText(`${directory}/stderr`, `${failure}\n`);
    await workspace.writeText(`${directory}/resources`, "");
    const elsewhere = error instanceof FileTransferError && error.transient;
    return { ...NOT_RUN, failure, elsewhere, agentIp };
  }
  const execution = await runAndValidate(job, directory, tools);
  return { ...execution, agentIp };
}

const NOT_RUN = {
  waitStatus: COULD_NOT_RUN,
  validateStatus: undefined,
  userSeconds: undefined,
  wallSeconds: 0,
};

/** Fetches every input file; returns the agent's address as the server sees it. */
async function fetchInput(
  job: Job,
  directory: string,
  { workspace, openTransfer, signal }: ExecutionTools,
): Promise<string | undefined> {
  if (job.inputFiles.length === 0) return undefined;
  await using transfer = openTransfer(job.chirpUrl);
  for (const file of job.inputFiles) {
    const local = workspace.path(`${directory}/${file}`);
    const parent = dirname(file);
    if (parent !== ".") await workspace.makeDirectory(`${directory}/${parent}`);
    const remote = `${job.inputDir}/${file}`;
    try {
      await transfer.get(remote, local, { signal });
    } catch (error) {
      if (!(error instanceof FileTransferError) || error.code !== "is-directory") throw error;
      await transfer.getTree(remote, local, { signal });
    }
  }
  const [method, subject] = splitIdentity(await transfer.whoami());
  return method === "address" ? subject : undefined;
}

function splitIdentity(identity: string): [method: string, subject: string] {
  const colon = identity.indexOf(":");
  return [identity.slice(0, Math.max(0, colon)), identity.slice(colon + 1)];
}

async function runAndValidate(
  job: Job,
  directory: string,
  { workspace, runner, signal }: ExecutionTools,
): Promise<Omit<Execution, "agentIp">> {
  const request = {
    directory: workspace.path(directory),
    wallTimeSeconds: job.wallTimeSeconds,
    outputBytes: job.outputBytes,
    signal,
  };
  await workspace.writeText(`${directory}/resources`, "");
  let run: JobRunResult;
  try {
    run = await runner.run({
      ...request,
      program: `./${WRAPPER_FILE}`,
      stdoutFile: "stdout",
      stderrFile: "stderr",
    });
  } catch (error) {
    signal.throwIfAborted();
    return { ...NOT_RUN, failure: messageOf(error), elsewhere: false };
  }
  signal.throwIfAborted();
  const used = `user ${run.userSeconds ?? "unknown"}\nelapsed ${run.wallSeconds}\n`;
  await workspace.writeText(`${directory}/resources`, used);
  const { waitStatus, userSeconds, wallSeconds } = run;
  const measured = { waitStatus, userSeconds, wallSeconds, elsewhere: false };
  if (run.killedFor !== undefined) {
    const failure = `Killed: its limit of ${run.killedFor} was reached`;
    return { ...measured, validateStatus: undefined, failure };
  }
  if (job.validationScript === undefined) {
    return { ...measured, validateStatus: undefined, failure: undefined };
  }
  try {
    const script = `${directory}/${job.validationScript}`;
    await workspace.setMode(script, 0o755);
    const validation = await runner.run({
      ...request,
      program: `./${job.validationScript}`,
      stdoutFile: "validate_stdout",
      stderrFile: "validate_stderr",
    });
    return { ...measured, validateStatus: validation.waitStatus, failure: undefined };
  } catch (error) {
    signal.throwIfAborted();
    return { ...measured, validateStatus: COULD_NOT_RUN, failure: messageOf(error) };
  }
}
