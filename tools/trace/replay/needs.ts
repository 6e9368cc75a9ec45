/**
 * What a peer needs to behave as in the trace: jobs in the queue, files on the machine, settings. All
 * of it follows from what was said.
 *
 * @module
 */
import type { Passage, TraceStanza } from "../../../lib/trace/mod.ts";
import { parseCommand } from "../../../lib/protocol/command_codec.ts";
import type { Command } from "../../../lib/protocol/commands.ts";
import { tryParseJid } from "../../../lib/protocol/jid.ts";
import type { Job } from "../../../lib/protocol/job.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import type { Player, Script } from "./script.ts";

/** A command in a trace. */
interface Said {
  readonly t: number;
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly toPeers: readonly string[];
  readonly command: Command;
}

/** A job that must be in the queue by some time. */
export interface NeededJob {
  readonly t: number;
  readonly job: Job;
}

/** Time within which the original sends an agent to sleep that asks again. */
export const COOLDOWN_SECONDS = 60;

/** What a manager needs. */
export interface ManagerNeeds {
  /** The original's cooldown; 0 where an agent asked again within it and was not sent to sleep. */
  readonly cooldownSeconds: number;
  readonly mode: "queue" | "storage" | "both";
  readonly room: string | undefined;
  readonly requireFile: string | undefined;
}

/** A run of a job, as it went in the trace. */
export interface NeededRun {
  readonly durationMs: number;
  /** Raw wait status. */
  readonly waitStatus: number;
}

/** What an agent needs. */
export interface AgentNeeds {
  /** Bare JID to which it turns. */
  readonly manager: string;
  readonly room: string | undefined;
  /** Name of its machine. */
  readonly hostName: string;
  /** Required files that its machine has. */
  readonly files: readonly string[];
  readonly runs: readonly NeededRun[];
  /** Jobs whose input it could not fetch: it was never heard of again. */
  readonly lostJobs: ReadonlySet<string>;
}

/** Address of a file server that no message names. */
const SOME_CHIRP = "127.0.0.1:9094";

/** Reads all commands of a script. */
function commandsOf({ passages, peers }: Script): Said[] {
  const isPeer = ({ session }: TraceStanza) =>
    peers.some(({ sessions }) => sessions.includes(session));
  return passages.flatMap((passage: Passage) => {
    const first = passage.sent ?? passage.deliveries[0];
    if (first === undefined || first.stanza.name !== "message") return [];
    const message = decodeMessage(first.stanza);
    if (message.kind !== "command") return [];
    return [{
      t: first.record.t,
      line: first.record.line,
      from: passage.sent?.session.jid ?? message.from,
      to: message.to,
      toPeers: passage.deliveries.filter(isPeer).map(({ session }) => session.jid ?? ""),
      command: parseCommand(message.info),
    }];
  });
}

/**
 * Finds the jobs that managers of a trace have handed out, in this order. A job is put into the queue
 * when the queue was last seen empty before.
 *
 * @param script The script.
 * @returns The jobs.
 */
export function neededJobs(script: Script): NeededJob[] {
  const all = commandsOf(script);
  const jobs: NeededJob[] = [];
  for (const { command, line } of all) {
    if (command.command !== "runJob") continue;
    jobs.push({ t: lastEmptyT(all, line), job: command.job });
  }
  const offered = all.findLast(({ command }) => command.command === "have_getJob");
  const taken = all.some(({ command, line }) =>
    command.command === "runJob" && offered !== undefined && line > offered.line
  );
  if (offered !== undefined && !taken) {
    jobs.push({ t: lastEmptyT(all, offered.line), job: someJob(offered.line) });
  }
  return jobs;
}

/** A manager takes no longer to see that its queue is empty. */
const REQUEST_SECONDS = 0.1;

/** When a request was last left without an answer before a line: the queue was empty until then. */
function lastEmptyT(all: readonly Said[], line: number): number {
  const unanswered = all.filter((request) =>
    request.line < line && request.command.command === "want_getJob" &&
    answersTo(request, all).length === 0
  );
  const last = unanswered.at(-1);
  return last === undefined ? 0 : last.t + REQUEST_SECONDS;
}

/** A job that is offered and never handed out. */
function someJob(line: number): Job {
  return {
    id: `offered-at-line-${line}`,
    chirpUrl: SOME_CHIRP,
    inputDir: `offered-at-line-${line}`,
    inputFiles: ["run.sh"],
    command: "run.sh",
    arguments: "",
    environment: "",
    packages: "",
  };
}

/**
 * Finds the accounts of agents that are sent to sleep at their first request: they must have asked
 * shortly before the trace began.
 */
export function agentsSeenBefore(script: Script): string[] {
  const all = commandsOf(script);
  const requests = all.filter(({ command }) => command.command === "want_getJob");
  const asleep = new Map<string, boolean>();
  for (const request of requests) {
    const local = tryParseJid(request.from)?.local ?? "";
    if (asleep.has(local)) continue;
    const answers = answersTo(request, all).map(({ command }) => command.command);
    asleep.set(local, answers.length > 0 && answers.every((answer) => answer === "sleep"));
  }
  return [...asleep].filter(([, isAsleep]) => isAsleep).map(([local]) => local);
}

/**
 * Finds when managers of a trace took an id from the queue that had no description.
 *
 * @param script The script.
 * @returns Times in seconds, each just before the request.
 */
export function brokenJobTimes(script: Script): number[] {
  const all = commandsOf(script);
  return all.flatMap(({ command, line, from }) => {
    if (command.command !== "reportEvent" || command.event !== "error.invalidJobId") return [];
    const request = all.findLast((other) =>
      other.line < line && other.command.command === "getJob" && other.toPeers.includes(from)
    );
    return request === undefined ? [] : [request.t];
  });
}

/** What an agent was told between a request and its next one. */
function answersTo(request: Said, all: readonly Said[]): Said[] {
  const next = all.find(({ line, from, command }) =>
    line > request.line && from === request.from && command.command === "want_getJob"
  );
  return all.filter(({ line, to, command }) =>
    to === request.from && line > request.line && line < (next?.line ?? Infinity) &&
    (command.command === "have_getJob" || command.command === "sleep")
  );
}

/** Finds the file server of a trace. */
export function neededChirp(script: Script): string {
  for (const { command } of commandsOf(script)) {
    if (command.command === "storeJobOutputDir") return command.outputChirpUrl;
    if (command.command === "runJob") return command.job.chirpUrl;
  }
  return SOME_CHIRP;
}

/** Finds what a manager of a trace needs. */
export function managerNeeds(script: Script, peer: Player): ManagerNeeds {
  const all = commandsOf(script);
  const told = (...names: string[]) =>
    all.some(({ toPeers, command }) =>
      toPeers.includes(peer.jid) && names.includes(command.command)
    );
  const said = (...names: string[]) =>
    all.some(({ from, command }) => from === peer.jid && names.includes(command.command));
  const servesQueue = said("have_getJob", "runJob", "sleep");
  const servesStorage = said("have_getJobOutputDir", "storeJobOutputDir");
  const mode = servesQueue && !servesStorage && told("want_getJobOutputDir")
    ? "queue"
    : servesStorage && !servesQueue && told("want_getJob")
    ? "storage"
    : "both";
  let requireFile: string | undefined;
  for (const { command, from } of all) {
    if (command.command === "have_getJob" && from === peer.jid) requireFile = command.requireFile;
  }
  return { mode, room: roomOf(peer), requireFile, cooldownSeconds: cooldownOf(all) };
}

/** Finds the cooldown of the managers of a trace. */
function cooldownOf(all: readonly Said[]): number {
  const requests = all.filter(({ command, toPeers }) =>
    command.command === "want_getJob" && toPeers.length > 0
  );
  const local = ({ from }: Said) => tryParseJid(from)?.local;
  const isAwake = requests.some((request, index) => {
    const earlier = requests.slice(0, index).findLast((other) => local(other) === local(request));
    return earlier !== undefined && request.t - earlier.t < COOLDOWN_SECONDS &&
      !answersTo(request, all).some(({ command }) => command.command === "sleep");
  });
  return isAwake ? 0 : COOLDOWN_SECONDS;
}

/** Finds what an agent of a trace needs. */
export function agentNeeds(script: Script, peer: Player): AgentNeeds {
  const all = commandsOf(script);
  const own = all.filter(({ from }) => from === peer.jid);
  const ofPeer = all.filter(({ toPeers }) => toPeers.includes(peer.jid));
  const runs: NeededRun[] = [];
  const lostJobs = new Set<string>();
  for (const { command, t } of ofPeer) {
    if (command.command !== "runJob") continue;
    const { id } = command.job;
    const asks = own.find(({ command: other }) =>
      other.command === "want_getJobOutputDir" && other.jobID === id
    );
    const done = own.find(({ command: other }) =>
      other.command === "jobDone" && other.jobID === id
    );
    if (asks === undefined) lostJobs.add(id);
    const exitCode = done?.command.command === "jobDone" ? Number(done.command.exitCode) : 0;
    runs.push({ durationMs: asks === undefined ? 100 : (asks.t - t) * 1000, waitStatus: exitCode });
  }
  const request = own.find(({ command }) => command.command === "want_getJob");
  const hostName = request?.command.command === "want_getJob" ? request.command.agentHost : "vm";
  return {
    manager: tryParseJid(request?.to)?.bare ?? someManager(script),
    room: roomOf(peer),
    hostName,
    files: filesOf(ofPeer, own),
    runs,
    lostJobs,
  };
}

/** Required files that an agent had: it took the job. */
function filesOf(told: readonly Said[], own: readonly Said[]): string[] {
  return told.flatMap(({ command, line }) => {
    if (command.command !== "have_getJob" || command.requireFile === undefined) return [];
    const took = own.some((other) => other.line > line && other.command.command === "getJob");
    return took ? [command.requireFile] : [];
  });
}

/** An account that may be meant where an agent never said whom it asks. */
function someManager({ played, peers }: Script): string {
  const jids = played.map(({ jid }) => tryParseJid(jid)?.bare ?? "");
  const own = tryParseJid(peers[0]?.jid);
  return jids.find((jid) => /^(?:jm|job-?manager)/i.test(jid)) ??
    `jm@${own?.domain ?? "localhost"}`;
}

function roomOf(peer: Player): string | undefined {
  const occupants = peer.sessions.flatMap(({ occupants }) => occupants);
  return occupants[0] === undefined ? undefined : tryParseJid(occupants[0])?.bare;
}
