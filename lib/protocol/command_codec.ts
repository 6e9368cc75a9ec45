/**
 * Commands to info elements and back, from one table of attributes.
 *
 * @module
 */
import type { Command, CommandName, KnownCommand } from "./commands.ts";
import type { Info } from "./info.ts";
import { jobFromInfo, jobToInfo } from "./job.ts";

/** Attributes of each command: first those always written, then those written only where given. */
const ATTRIBUTES: Readonly<
  Record<CommandName, readonly [always: readonly string[], given: readonly string[]]>
> = {
  want_getJob: [["agentHost", "jdl"], ["agentIP", "agentSoftware", "agentSession"]],
  have_getJob: [[], ["requireFile"]],
  getJob: [["agentHost", "jdl"], ["agentIP", "agentSoftware", "agentSession"]],
  runJob: [[], ["jmJobData"]],
  sleep: [[], []],
  error: [["errorString"], []],
  want_getJobOutputDir: [["jobID", "agentHost"], ["agentIP", "jmJobData"]],
  have_getJobOutputDir: [[], []],
  getJobOutputDir: [["jobID", "agentHost"], ["agentIP", "jmJobData"]],
  storeJobOutputDir: [["jobID", "outputDir", "outputChirpUrl"], ["jmJobData"]],
  jobDone: [
    ["jobID", "state", "exitCode", "agentHost"],
    ["jmJobData", "validateExitCode", "failure"],
  ],
  storeJob: [[], []],
  redirect: [["referral"], []],
  reportEvent: [["component", "event"], []],
  reportEventDuration: [["component", "event", "duration"], []],
  reportEventValue: [["component", "event", "value"], []],
  storeEventDetails: [["details"], []],
  updateEventDetails: [["updates"], ["session", "event"]],
  "Heartbeat:getStatus": [["component"], []],
  haveStatus: [["component", "status"], []],
  "Heartbeat:ping": [[], []],
  pong: [[], []],
  getTicket: [["credential"], []],
  storeTicket: [["ticket"], []],
  errorGetTicket: [["errorString"], []],
  security_error: [["errorString"], []],
};

/** Names of all known commands. */
export const COMMAND_NAMES = Object.keys(ATTRIBUTES) as readonly CommandName[];

const NOTHING: Info = { attributes: {}, children: {} };

/**
 * Understands an info element. Attributes that a command needs and that are missing are empty, as
 * the original reads them; roles check what they depend on.
 *
 * @param info The decoded element.
 * @returns The command; one that is not known is carried as {@linkcode UnknownCommand}.
 */
export function parseCommand(info: Info): Command {
  const name = info.attributes["command"] ?? "";
  if (!Object.hasOwn(ATTRIBUTES, name)) return { command: "unknown", name, info };
  const command = name as CommandName;
  const [always, given] = ATTRIBUTES[command];
  const fields: Record<string, unknown> = { command };
  for (const field of always) fields[field] = info.attributes[field] ?? "";
  for (const field of given) {
    if (info.attributes[field] !== undefined) fields[field] = info.attributes[field];
  }
  const child = childOf(command);
  if (child !== undefined) {
    const content = info.children[child] ?? NOTHING;
    fields[child] = child === "job" ? jobFromInfo(content) : content;
  }
  const isKnown = (name: string) =>
    name === "command" || always.includes(name) || given.includes(name);
  const extra = extraOf(info, isKnown, child);
  if (extra !== undefined) fields["extra"] = extra;
  return fields as unknown as KnownCommand;
}

/** The child element that is part of a command. */
function childOf(command: CommandName): "job" | "info" | undefined {
  return command === "runJob" ? "job" : command === "redirect" ? "info" : undefined;
}

function extraOf(
  info: Info,
  isKnown: (name: string) => boolean,
  child: string | undefined,
): Info | undefined {
  const attributes = entriesBut(info.attributes, isKnown);
  const children = entriesBut(info.children, (name) => name === child);
  return attributes === undefined && children === undefined
    ? undefined
    : { attributes: attributes ?? {}, children: children ?? {} };
}

/** The entries whose name is not known; `undefined` where there are none, which is the rule. */
function entriesBut<Value>(
  record: Readonly<Record<string, Value>>,
  known: (name: string) => boolean,
): Record<string, Value> | undefined {
  let rest: Record<string, Value> | undefined;
  for (const name of Object.keys(record)) {
    if (known(name)) continue;
    rest ??= Object.create(null) as Record<string, Value>;
    rest[name] = record[name] as Value;
  }
  return rest;
}

/**
 * Writes a command as an info element.
 *
 * @param command The command.
 * @returns The element's content, ready for {@linkcode encodeMessage}.
 */
export function formatCommand(command: Command): Info {
  if (command.command === "unknown") return command.info;
  const attributes: Record<string, string> = { command: command.command };
  const [always, given] = ATTRIBUTES[command.command];
  const fields = command as unknown as Readonly<Record<string, string | undefined>>;
  for (const field of always) attributes[field] = fields[field] ?? "";
  for (const field of given) {
    const value = fields[field];
    if (value !== undefined) attributes[field] = value;
  }
  const children: Record<string, Info> = {};
  if (command.command === "runJob") children["job"] = jobToInfo(command.job);
  if (command.command === "redirect") children["info"] = command.info;
  const { extra } = command;
  if (extra === undefined) return { attributes, children };
  return {
    attributes: { ...extra.attributes, ...attributes },
    children: { ...extra.children, ...children },
  };
}
