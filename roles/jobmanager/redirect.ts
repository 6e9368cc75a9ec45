/**
 * Agents are sent on with their output (report 2.2.4). Where jobs are escorted, the state of a job is conveyed
 * as the element `adapter`, as the original's AliEn Job Manager does.
 *
 * @module
 */
import type { Reply } from "../../lib/messaging/container.ts";
import { formatCommand } from "../../lib/protocol/command_codec.ts";
import type { Command, GetJobOutputDir } from "../../lib/protocol/commands.ts";
import type { EscortState, JobEscort } from "./job_escort.ts";

/** Name of the element that carries the state. */
const STATE_ELEMENT = "adapter";

/**
 * Makes the answer that sends an agent on.
 *
 * @param command What it asked, about its output.
 * @param referral JID of the manager that takes output.
 * @param escort Knows what is to be conveyed. Default: nothing is.
 * @returns The answer. An escorted agent is first told that its output is wanted here: the request that
 * follows names the job whose state is to be conveyed.
 */
export async function redirectOutput(
  command: Command,
  referral: string,
  escort: JobEscort | undefined,
): Promise<readonly Reply[]> {
  if (escort !== undefined && command.command === "want_getJobOutputDir") {
    return [{ command: { command: "have_getJobOutputDir" } }];
  }
  const info = formatCommand(command);
  const state = command.command === "getJobOutputDir"
    ? await escort?.stateOf(command.jobID)
    : undefined;
  const conveyed = state === undefined ? info : {
    ...info,
    children: { ...info.children, [STATE_ELEMENT]: { attributes: state, children: {} } },
  };
  return [{ command: { command: "redirect", referral, info: conveyed } }];
}

/**
 * Reads the state that was conveyed.
 *
 * @param command A request that a redirected agent made.
 * @returns The state; empty where there is none.
 */
export function conveyedState(command: GetJobOutputDir): EscortState {
  return command.extra?.children[STATE_ELEMENT]?.attributes ?? {};
}
