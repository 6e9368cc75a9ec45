/**
 * What an agent says of a job that has ended.
 *
 * @module
 */
import type { JobDone, RunJob } from "../../lib/protocol/commands.ts";
import { formatHashString, hashText, parseHashString } from "../../lib/protocol/hash_string.ts";
import type { Execution } from "./execute_job.ts";

/**
 * True for a job whose manager is one of ours: its data carries a fencing token.
 *
 * @param command The command that brought the job.
 */
export function isFenced(command: RunJob): boolean {
  return hashText(parseHashString(command.jmJobData ?? ""), "token") !== undefined;
}

/**
 * What an agent adds to the manager's data when a job is done: the user CPU seconds, as in the original,
 * and to a manager of ours the time from start to end.
 *
 * @param command The command that brought the job.
 * @param execution How it went.
 */
export function measuredTimes(
  command: RunJob,
  { userSeconds, wallSeconds }: Execution,
): Readonly<Record<string, string>> {
  const elapsed = isFenced(command) ? { elapsed: wallSeconds.toFixed(3) } : {};
  return { wallTime: userSeconds?.toFixed(2) ?? "", ...elapsed };
}

/**
 * Writes the report of a job that was run.
 *
 * @param command The command that brought the job.
 * @param execution How it went.
 * @param agentHost Name of the agent's machine.
 * @returns The report; `exitCode` is the raw wait status, `wallTime` the user CPU seconds, as in the original.
 */
export function jobReport(command: RunJob, execution: Execution, agentHost: string): JobDone {
  const { waitStatus, validateStatus, failure } = execution;
  return {
    command: "jobDone",
    jobID: command.job.id,
    state: "ready",
    exitCode: `${waitStatus}`,
    agentHost,
    // Appended to the manager's own text, so that its part comes back byte for byte; to a manager that sent
    // none the original says its time all the same.
    jmJobData: appendHash(command.jmJobData ?? "", measuredTimes(command, execution)),
    ...(validateStatus === undefined ? {} : { validateExitCode: `${validateStatus}` }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/**
 * Writes the report of a job that is handed back. A manager of the original takes nothing back: to it,
 * the job has failed.
 *
 * @param command The command that brought the job.
 * @param state `returned`: unfinished, by no fault of the job; `unable`: it cannot be run here.
 * @param failure Why, in a sentence.
 * @param agentHost Name of the agent's machine.
 */
export function handBackReport(
  command: RunJob,
  state: "returned" | "unable",
  failure: string,
  agentHost: string,
): JobDone {
  return {
    command: "jobDone",
    jobID: command.job.id,
    state: isFenced(command) ? state : "ready",
    exitCode: "65280",
    agentHost,
    ...(command.jmJobData === undefined ? {} : { jmJobData: command.jmJobData }),
    failure,
  };
}

/**
 * The text of the status file that lies beside the archive: what the report would say. The exit code stands
 * last, so that a file that was cut off has none.
 */
export function statusText(report: JobDone): string {
  const data = parseHashString(report.jmJobData ?? "");
  return formatHashString({
    ...(report.validateExitCode === undefined ? {} : { validateExitCode: report.validateExitCode }),
    wallTime: hashText(data, "wallTime") ?? "",
    elapsed: hashText(data, "elapsed") ?? "",
    exitCode: report.exitCode,
  });
}

/** Appends to a hash string, whose own text stays byte for byte. */
export function appendHash(text: string, more: Readonly<Record<string, string>>): string {
  const ended = text === "" || text.endsWith("####") ? text : `${text}####`;
  return ended + formatHashString(more);
}
