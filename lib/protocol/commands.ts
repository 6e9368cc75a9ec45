/**
 * Every command of the report (2.2) and of the original, as a discriminated union on `command`.
 * Fields are named as the attributes on the wire; all values are texts.
 *
 * @module
 */
import type { Info } from "./info.ts";
import type { Job } from "./job.ts";

/** What any command may carry beside its own attributes: kept, and written back as it came. */
interface Carried {
  /** Attributes and child elements that the command does not know. */
  readonly extra?: Info | undefined;
}

/** What agents say of themselves in a request for a job. */
interface JobRequest extends Carried {
  readonly agentHost: string;
  /** The machine as a JDL, see `jdl.ts`. */
  readonly jdl: string;
  readonly agentIP?: string | undefined;
  /** Ours: name and version of the agent; a manager then gives it an output directory of its own. */
  readonly agentSoftware?: string | undefined;
  /** Ours: random id of the agent's process; another one on the same JID means that it was restarted. */
  readonly agentSession?: string | undefined;
}

/** Agent → any manager: has somebody a job for this machine? (2.2.1.1) */
export interface WantGetJob extends JobRequest {
  readonly command: "want_getJob";
}
/** Manager → agent: yes. (2.2.1.2) */
export interface HaveGetJob extends Carried {
  readonly command: "have_getJob";
  /** A file that must exist on the agent's machine. */
  readonly requireFile?: string | undefined;
}
/** Agent → manager: give it to me. (2.2.1.3) */
export interface GetJob extends JobRequest {
  readonly command: "getJob";
}
/** Manager → agent: run this. (2.2.1.4) */
export interface RunJob extends Carried {
  readonly command: "runJob";
  readonly job: Job;
  /** The manager's own data, a hash string; the agent echoes it. */
  readonly jmJobData?: string | undefined;
}
/** Manager → agent: asked too often, wait. */
export interface Sleep extends Carried {
  readonly command: "sleep";
}
/** Manager → agent: the request cannot be served. */
export interface ErrorCommand extends Carried {
  readonly command: "error";
  readonly errorString: string;
}

/** Agent → any manager: who takes this job's output? (2.2.2.1) */
export interface WantGetJobOutputDir extends Carried {
  readonly command: "want_getJobOutputDir";
  readonly jobID: string;
  readonly agentHost: string;
  /** The agent's address as the Chirp server sees it; the original sends `todo`. */
  readonly agentIP?: string | undefined;
  readonly jmJobData?: string | undefined;
}
/** Manager → agent: I do. (2.2.2.2) */
export interface HaveGetJobOutputDir extends Carried {
  readonly command: "have_getJobOutputDir";
}
/** Agent → manager: where to? (2.2.2.3) */
export interface GetJobOutputDir extends Carried {
  readonly command: "getJobOutputDir";
  readonly jobID: string;
  readonly agentHost: string;
  readonly agentIP?: string | undefined;
  readonly jmJobData?: string | undefined;
}
/** Manager → agent: there. (2.2.2.4) */
export interface StoreJobOutputDir extends Carried {
  readonly command: "storeJobOutputDir";
  readonly jobID: string;
  readonly outputDir: string;
  /** `host:port` of the Chirp server. */
  readonly outputChirpUrl: string;
  readonly jmJobData?: string | undefined;
}
/** Agent → manager: done, the output is there. (2.2.3.1) */
export interface JobDone extends Carried {
  readonly command: "jobDone";
  readonly jobID: string;
  /**
   * `ready` in the original, `done` in the report. Ours to a manager of ours: `returned` hands an
   * unfinished job back, `unable` says that this agent cannot run it.
   */
  readonly state: string;
  /** Raw wait status in decimal: exit code × 256 or the number of a signal. */
  readonly exitCode: string;
  readonly agentHost: string;
  readonly jmJobData?: string | undefined;
  /** Raw wait status of the validation script. */
  readonly validateExitCode?: string | undefined;
  /** Ours: why the agent could not run the job as asked, in a sentence. */
  readonly failure?: string | undefined;
}
/** Known to the original and without effect there. */
export interface StoreJob extends Carried {
  readonly command: "storeJob";
}
/** Any manager → agent: send `info` to `referral` instead. (2.2.4.1) */
export interface Redirect extends Carried {
  readonly command: "redirect";
  /** JID of the service to turn to. */
  readonly referral: string;
  /** The command to send there, conveyed whole. */
  readonly info: Info;
}

/** Component → monitor: something happened. (2.2.5.1) */
export interface ReportEvent extends Carried {
  readonly command: "reportEvent";
  readonly component: string;
  readonly event: string;
}
/** Component → monitor: something took this long. (2.2.5.2) */
export interface ReportEventDuration extends Carried {
  readonly command: "reportEventDuration";
  readonly component: string;
  readonly event: string;
  /** Seconds in the original; the report says milliseconds. */
  readonly duration: string;
}
/** Component → monitor: a reading. (2.2.5.3) */
export interface ReportEventValue extends Carried {
  readonly command: "reportEventValue";
  readonly component: string;
  readonly event: string;
  readonly value: string;
}
/** Component → monitor: keep this document. (2.2.5.4) */
export interface StoreEventDetails extends Carried {
  readonly command: "storeEventDetails";
  /** JSON. */
  readonly details: string;
}
/** Component → monitor: change a document. (2.2.5.5) */
export interface UpdateEventDetails extends Carried {
  readonly command: "updateEventDetails";
  /** Id of the document in the original. */
  readonly session?: string | undefined;
  /** Id of the document in the report. */
  readonly event?: string | undefined;
  /** MongoDB update as JSON. */
  readonly updates: string;
}

/** Asks a component how its machine is. (2.2.6.1) */
export interface HeartbeatGetStatus extends Carried {
  readonly command: "Heartbeat:getStatus";
  /** `systemLoad`, `diskUsage`, `memoryUsage` or `runningProcesses`. */
  readonly component: string;
}
/** The answer to it. (2.2.6.2) */
export interface HaveStatus extends Carried {
  readonly command: "haveStatus";
  readonly component: string;
  /** A hash string. */
  readonly status: string;
}
/** Are you there? (2.2.6.3) */
export interface HeartbeatPing extends Carried {
  readonly command: "Heartbeat:ping";
}
/** Here I am. (2.2.6.4) */
export interface Pong extends Carried {
  readonly command: "pong";
}

/** Component → key manager: a ticket for this credential, please. */
export interface GetTicket extends Carried {
  readonly command: "getTicket";
  readonly credential: string;
}
/** Key manager → component: here it is. */
export interface StoreTicket extends Carried {
  readonly command: "storeTicket";
  readonly ticket: string;
}
/** Key manager → component: no ticket. */
export interface ErrorGetTicket extends Carried {
  readonly command: "errorGetTicket";
  readonly errorString: string;
}
/** Component → component: the message could not be opened or is not allowed. */
export interface SecurityError extends Carried {
  readonly command: "security_error";
  readonly errorString: string;
}

/** A command that is not known here: carried whole. */
export interface UnknownCommand {
  readonly command: "unknown";
  /** The name that came; empty where there was none. */
  readonly name: string;
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
