/**
 * Every command of the report (2.2) and of the original, as a discriminated union on `command`.
 * Fields are named as the attributes on the wire; all values are texts.
 *
 * @module
 */
import type { Info } from "./info.ts";
import type { Job } from "./job.ts";

/** What all commands have; `Name` tells them apart, in the union as on the wire. */
export interface CommandBase<Name extends string> {
  /** Attribute `command` of `<info>`. */
  readonly command: Name;
  /** Attributes and child elements that the command does not know: written back as they came. */
  readonly extra?: Info | undefined;
}

/** What agents say of themselves in a request for a job. */
export interface JobRequest<Name extends string> extends CommandBase<Name> {
  /** Fully qualified name of the agent's machine. */
  readonly agentHost: string;
  /** The machine as a JDL, see {@linkcode formatHostJdl}. */
  readonly jdl: string;
  /** "To be implemented" says the report; the original leaves it out here. */
  readonly agentIP?: string | undefined;
  /** Ours: name and version of the agent; a manager then gives it an output directory of its own. */
  readonly agentSoftware?: string | undefined;
  /** Ours: random id of the agent's process; another one on the same JID means that it was restarted. */
  readonly agentSession?: string | undefined;
}

/** What every message about one job at work carries. */
export interface JobReference<Name extends string> extends CommandBase<Name> {
  /** Id that came with `runJob`. */
  readonly jobID: string;
  /** The manager's own data as it came last, a hash string; missing where none came. */
  readonly jmJobData?: string | undefined;
}

/** What agents say of a job whose output they want to upload. */
export interface OutputDirRequest<Name extends string> extends JobReference<Name> {
  /** Fully qualified name of the agent's machine. */
  readonly agentHost: string;
  /**
   * The agent's address as the Chirp server sees it. The original sends `todo` with
   * `want_getJobOutputDir` and nothing with `getJobOutputDir`.
   */
  readonly agentIP?: string | undefined;
}

/** What is told to the monitor of any event. */
export interface EventReport<Name extends string> extends CommandBase<Name> {
  /** One component, such as `jobmanager.generic.jm1`, or a group of them, such as `agent`. */
  readonly component: string;
  /** Dotted name below the component's, such as `job.succeeded` (2.3.2). */
  readonly event: string;
}

/** An answer that says why a request is not granted. */
export interface Denial<Name extends string> extends CommandBase<Name> {
  /** The reason in words, for the log. */
  readonly errorString: string;
}

/** Agent → any manager: has somebody a job for this machine? (2.2.1.1) */
export type WantGetJob = JobRequest<"want_getJob">;
/** Manager → agent: yes. (2.2.1.2) */
export interface HaveGetJob extends CommandBase<"have_getJob"> {
  /** Path of a file that must exist on the agent's machine. Default: nothing is checked. */
  readonly requireFile?: string | undefined;
}
/** Agent → manager: give it to me. (2.2.1.3; the report's `want_getJob` there is a slip) */
export type GetJob = JobRequest<"getJob">;
/** Manager → agent: run this. (2.2.1.4) */
export interface RunJob extends CommandBase<"runJob"> {
  /** The job, from the child element `<job>`; fields that were missing there are empty. */
  readonly job: Job;
  /** The manager's own data, a hash string; the agent echoes it. */
  readonly jmJobData?: string | undefined;
}
/** Manager → agent: asked too often, wait. */
export type Sleep = CommandBase<"sleep">;
/** Manager → agent: the request cannot be served. An agent of the original then stops. */
export type ErrorCommand = Denial<"error">;

/** Agent → any manager: who takes this job's output? (2.2.2.1) */
export type WantGetJobOutputDir = OutputDirRequest<"want_getJobOutputDir">;
/** Manager → agent: I do. (2.2.2.2) */
export type HaveGetJobOutputDir = CommandBase<"have_getJobOutputDir">;
/** Agent → manager: where to? (2.2.2.3) */
export type GetJobOutputDir = OutputDirRequest<"getJobOutputDir">;
/** Manager → agent: there. (2.2.2.4) */
export interface StoreJobOutputDir extends JobReference<"storeJobOutputDir"> {
  /**
   * Directory on the Chirp server. Our agents write their archive into it; the original's ignore it
   * and write to `ID/ID.tgz`.
   */
  readonly outputDir: string;
  /** `host:port` of the Chirp server; the report has a semicolon there. */
  readonly outputChirpUrl: string;
}
/** Agent → manager: done, the output is there. (2.2.3.1) */
export interface JobDone extends JobReference<"jobDone"> {
  /**
   * `ready` in the original, `done` in the report. Ours to a manager of ours: `returned` hands an
   * unfinished job back, `unable` says that this agent cannot run it.
   */
  readonly state: string;
  /** Raw wait status in decimal: exit code × 256 or the number of a signal. */
  readonly exitCode: string;
  /** Fully qualified name of the agent's machine. */
  readonly agentHost: string;
  /** Raw wait status of the validation script; missing where the job has none. */
  readonly validateExitCode?: string | undefined;
  /** Ours: why the agent could not run the job as asked, in a sentence. */
  readonly failure?: string | undefined;
}
/** Known to the original and without effect there. */
export type StoreJob = CommandBase<"storeJob">;
/** Any manager → agent: send `info` to `referral` instead. (2.2.4.1) */
export interface Redirect extends CommandBase<"redirect"> {
  /** JID of the service to turn to. */
  readonly referral: string;
  /** The command to send there, conveyed whole. */
  readonly info: Info;
}

/** Component → monitor: something happened. (2.2.5.1) */
export type ReportEvent = EventReport<"reportEvent">;
/** Component → monitor: something took this long. (2.2.5.2) */
export interface ReportEventDuration extends EventReport<"reportEventDuration"> {
  /** Seconds in the original; the report says milliseconds. */
  readonly duration: string;
}
/** Component → monitor: a reading. (2.2.5.3) */
export interface ReportEventValue extends EventReport<"reportEventValue"> {
  /** A decimal number, in the unit that the event's name implies. */
  readonly value: string;
}
/** Component → monitor: keep this document. (2.2.5.4) */
export interface StoreEventDetails extends CommandBase<"storeEventDetails"> {
  /** JSON object. */
  readonly details: string;
}
/** Component → monitor: change a document. (2.2.5.5) */
export interface UpdateEventDetails extends CommandBase<"updateEventDetails"> {
  /** Id of the document in the original. */
  readonly session?: string | undefined;
  /** Id of the document in the report. */
  readonly event?: string | undefined;
  /** MongoDB update as JSON. */
  readonly updates: string;
}

/** Asks a component how its machine is. (2.2.6.1) */
export interface HeartbeatGetStatus extends CommandBase<"Heartbeat:getStatus"> {
  /** `systemLoad`, `diskUsage`, `memoryUsage` or `runningProcesses`. */
  readonly component: string;
}
/** The answer to it. (2.2.6.2) */
export interface HaveStatus extends CommandBase<"haveStatus"> {
  /** What was asked for; empty with `runningProcesses` of the original. */
  readonly component: string;
  /** The readings as a hash string, see {@linkcode parseHashString}. */
  readonly status: string;
}
/** Are you there? (2.2.6.3) */
export type HeartbeatPing = CommandBase<"Heartbeat:ping">;
/** Here I am. (2.2.6.4) */
export type Pong = CommandBase<"pong">;

/** Component → key manager: a ticket for this credential, please. */
export interface GetTicket extends CommandBase<"getTicket"> {
  /** Any text: the original's components send `blah`, and the sender is known by its session key. */
  readonly credential: string;
}
/** Key manager → component: here it is. */
export interface StoreTicket extends CommandBase<"storeTicket"> {
  /** base64(signature) `###` base64(what is signed); later requests carry it as it is. */
  readonly ticket: string;
}
/** Key manager → component: no ticket. */
export type ErrorGetTicket = Denial<"errorGetTicket">;
/** Component → component: the message could not be opened or is not allowed. */
export type SecurityError = Denial<"security_error">;

/** A command that is not known here: carried whole. */
export interface UnknownCommand {
  /** Never on the wire, where the command has {@linkcode name}. */
  readonly command: "unknown";
  /** The name that came; empty where there was none. */
  readonly name: string;
  /** All of it, the attribute `command` included. */
  readonly info: Info;
}

/** A command with fields of its own. */
export type KnownCommand =
  | WantGetJob
  | HaveGetJob
  | GetJob
  | RunJob
  | Sleep
  | ErrorCommand
  | WantGetJobOutputDir
  | HaveGetJobOutputDir
  | GetJobOutputDir
  | StoreJobOutputDir
  | JobDone
  | StoreJob
  | Redirect
  | ReportEvent
  | ReportEventDuration
  | ReportEventValue
  | StoreEventDetails
  | UpdateEventDetails
  | HeartbeatGetStatus
  | HaveStatus
  | HeartbeatPing
  | Pong
  | GetTicket
  | StoreTicket
  | ErrorGetTicket
  | SecurityError;

/** Any command. */
export type Command = KnownCommand | UnknownCommand;

/** Name of a known command. */
export type CommandName = KnownCommand["command"];
