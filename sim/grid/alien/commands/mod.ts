/**
 * The commands that are served.
 *
 * @module
 */
import { access, commit } from "./access.ts";
import type { AlienSession, CentralServices } from "../central_services.ts";
import { type Command, type CommandCall, type CommandReply, done, failed } from "./command.ts";
import { ls, mkdir, rm, stat, type, whereis } from "./files.ts";
import { kill, ps, resubmit, submit } from "./jobs.ts";
import { cd, ping, pwd, version, whoami } from "./session.ts";

/** `JAliEnCommandcommandlist`. */
const commandlist = (_call: CommandCall) =>
  done(...[...COMMANDS.keys()].map((name) => ({ commandlist: name, message: name })));

/** Commands by name. */
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>(Object.entries({
  access,
  cd,
  commandlist,
  commit,
  kill,
  ls,
  mkdir,
  ping,
  ps,
  pwd,
  resubmit,
  rm,
  stat,
  submit,
  type,
  version,
  whereis,
  whoami,
}));

/**
 * Runs a command, without its faults.
 *
 * @param services What it works on.
 * @param session Whose it is.
 * @param command Its name.
 * @param options Its options and arguments.
 */
export function runCommand(
  services: CentralServices,
  session: AlienSession,
  command: string,
  options: readonly string[],
): CommandReply {
  const run = COMMANDS.get(command);
  // As `JAliEnCOMMander.execute` says it.
  return run === undefined
    ? failed(2, `Command [${command}] not found!`)
    : run({ services, session, options });
}
