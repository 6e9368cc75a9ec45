/**
 * What an agent needs to be told.
 *
 * @module
 */
import type { FileTransfer } from "../../lib/chirp/file_transfer.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { Host } from "../../lib/machine/host.ts";
import type { JobRunner } from "../../lib/machine/job_runner.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import type { ContainerOptions } from "../../lib/messaging/container.ts";
import type { DeliveryOptions } from "../../lib/messaging/delivery.ts";
import type { Link } from "../../lib/messaging/link.ts";
import type { Random } from "../../lib/random.ts";

/** How long an agent waits for what. All in milliseconds. */
export interface AgentTimes {
  /** Between the first two requests for a job, doubled after each. Default: 60,000. */
  readonly requestMs: number;
  /** Longest time between requests. Default: 3,600,000. */
  readonly longestRequestMs: number;
  /** For `runJob` after `getJob`. Default: 60,000. */
  readonly runJobMs: number;
  /** For `storeJobOutputDir` after `getJobOutputDir`. Default: 10,000. */
  readonly outputDirMs: number;
  /** Longest wait that `sleep` may cause. Default: 1,200,000. */
  readonly sleepMs: number;
  /** For what is still to be sent when the agent is stopped. Default: 30,000. */
  readonly stopMs: number;
}

/** The waiting times of the original. */
export const AGENT_TIMES: AgentTimes = {
  requestMs: 60_000,
  longestRequestMs: 3_600_000,
  runJobMs: 60_000,
  outputDirMs: 10_000,
  sleepMs: 1_200_000,
  stopMs: 30_000,
};

/** Options of an agent. */
export interface AgentOptions {
  /** JID to which requests go (`JM_JABBER_ADDRESS`). */
  readonly manager: string;
  /** More accounts or domains whose jobs are run. Default: none. */
  readonly trusted?: readonly string[] | undefined;
  /** Bare JID of the Heartbeat room. Default: none. */
  readonly room?: string | undefined;
  /** The agent's XMPP session; opened when it runs, closed when it stops. */
  readonly link: Link;
  /** The machine as managers are told of it. */
  readonly host: Host;
  /** Folder in which each job gets a directory. */
  readonly workspace: Workspace;
  /** Runs the job's wrapper script. */
  readonly runner: JobRunner;
  /** Opens the file server at `host` or `host:port`. */
  readonly openTransfer: (address: string) => FileTransfer;
  /** JID of the monitor that is told of jobs (`MON_JABBER_ADDRESS`). Default: none. */
  readonly monitor?: string | undefined;
  /** Told of every job and of whatever goes wrong. */
  readonly log: Logger;
  /** Waiting times that differ from {@linkcode AGENT_TIMES}. Default: none. */
  readonly times?: Partial<AgentTimes> | undefined;
  /** True: job directories stay after the job. Default: false. */
  readonly keepDirectories?: boolean | undefined;
  /** Form of messages (`XMPP_ENVELOPE`), see `ContainerOptions`. Default: `original`. */
  readonly envelope?: ContainerOptions["envelope"];
  /** Tuning of resends and of the memory of received messages. Default: none. */
  readonly delivery?: Partial<DeliveryOptions> | undefined;
  /** Clock of all waits. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of ids and of jitter. Default: the machine's. */
  readonly random?: Random | undefined;
}
