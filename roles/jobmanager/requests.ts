/**
 * What agents' commands are about.
 *
 * @module
 */
import type { Command, GetJob, JobDone, WantGetJob } from "../../lib/protocol/commands.ts";
import type { AskingHost } from "./job_supplier.ts";

/** True for what the manager that takes the output must get; handing a job back is not among it. */
export function isAboutOutput(command: Command): boolean {
  return command.command === "want_getJobOutputDir" || command.command === "getJobOutputDir" ||
    (command.command === "jobDone" && !isHandBack(command));
}

/** True for a report of a job that is not done. */
export function isHandBack({ state }: JobDone): boolean {
  return state === "returned" || state === "unable";
}

/** The machine for which a job is asked. */
export function hostOf({ agentHost, jdl }: WantGetJob | GetJob): AskingHost {
  return { name: agentHost, jdl };
}
