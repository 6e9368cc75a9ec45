/**
 * The second half of a job's dialogue (report 2.2.2, 2.2.3): find out where the output goes, upload it,
 * report the job done. Repeated from the start until a manager has stored the report.
 *
 * @module
 */
import { type FileTransfer, FileTransferError } from "../../lib/chirp/file_transfer.ts";
import type { Logger } from "../../lib/log.ts";
import type { DeliveryOutcome } from "../../lib/messaging/delivery.ts";
import type { CommandName, JobDone, KnownCommand } from "../../lib/protocol/commands.ts";
import type { Letter } from "./mailbox.ts";

/** How an agent talks with managers. */
export interface Dialogue {
  /** Sends a command; tells what became of it. */
  tell(to: string, command: KnownCommand): Promise<DeliveryOutcome>;
  /** Waits for one of some commands; `undefined` when none came in time. */
  listen<Name extends CommandName>(
    wanted: readonly Name[],
    waitMs: number,
  ): Promise<Letter<Name> | undefined>;
  /** Waits. */
  pause(waitMs: number): Promise<void>;
}

/** A finished job, ready to be handed over. */
export interface FinishedJob {
  readonly report: JobDone;
  /** Local path of the archive `ID.tgz`. */
  readonly archivePath: string;
  /** Local path of the file `ID.status`, which tells a manager of ours how the job ended. */
  readonly statusPath: string;
  /** The agent's address as file servers see it. */
  readonly agentIp: string | undefined;
}

/** What delivering needs. */
export interface DeliveryTools {
  readonly dialogue: Dialogue;
  /** JID to which requests go. */
  readonly manager: string;
  readonly openTransfer: (address: string) => FileTransfer;
  readonly log: Logger;
  /** First wait before the dialogue begins again, in milliseconds; doubled each time. */
  readonly retryMs: number;
  /** Longest such wait. */
  readonly longestRetryMs: number;
  /** Wait for `storeJobOutputDir`, in milliseconds. */
  readonly outputDirMs: number;
}

/** Uploads that are tried before the job is reported without its output. */
const UPLOAD_ATTEMPTS = 10;

/**
 * Hands a finished job over.
 *
 * @param job The job.
 * @param tools What is used; `dialogue` ends everything early by rejecting.
 * @returns When a manager has acknowledged the report.
 */
export async function deliverOutput(job: FinishedJob, tools: DeliveryTools): Promise<void> {
  const { dialogue, log } = tools;
  const { jobID } = job.report;
  let retryMs = tools.retryMs;
  let uploadsLeft = UPLOAD_ATTEMPTS;
  for (;;) {
    const place = await askForDirectory(job, retryMs, tools);
    if (place !== undefined) {
      const failure = await upload(job, place, tools);
      if (failure === undefined || --uploadsLeft === 0) {
        const report = failure === undefined ? job.report : { ...job.report, failure };
        log.info(`Reporting job ${jobID} done to ${place.from}`);
        const { jmJobData } = place.command;
        const updated = jmJobData === undefined ? report : { ...report, jmJobData };
        if (await dialogue.tell(place.from, updated) === "acked") return;
        log.warning(`Nobody stored the report of job ${jobID}: beginning again`);
      } else {
        log.warning(failure);
        await dialogue.pause(retryMs);
      }
    }
    retryMs = Math.min(tools.longestRetryMs, retryMs * 2);
  }
}

/** Asks who takes the output, then where to; `undefined` when somebody did not answer in time. */
async function askForDirectory(
  job: FinishedJob,
  waitMs: number,
  { dialogue, manager, outputDirMs, log }: DeliveryTools,
): Promise<Letter<"storeJobOutputDir"> | undefined> {
  const { jobID, agentHost, jmJobData } = job.report;
  const about = { jobID, agentHost, ...(jmJobData === undefined ? {} : { jmJobData }) };
  // The original says "todo" in the first request and nothing in the second.
  const known = job.agentIp === undefined ? {} : { agentIP: job.agentIp };
  log.info(`Asking ${manager} for a place for the output of job ${jobID}`);
  request(dialogue, manager, {
    command: "want_getJobOutputDir",
    agentIP: "todo",
    ...about,
    ...known,
  });
  const offer = await dialogue.listen(["have_getJobOutputDir"], waitMs);
  if (offer === undefined) return undefined;
  // The offer is acknowledged first, as by the original.
  await dialogue.pause(0);
  request(dialogue, offer.from, { command: "getJobOutputDir", ...about, ...known });
  const place = await dialogue.listen(["storeJobOutputDir"], outputDirMs);
  return place?.command.jobID === jobID ? place : undefined;
}

/** Sends what is answered by a command of its own: neither its fate nor the end of the dialogue matters. */
function request(dialogue: Dialogue, to: string, command: KnownCommand): void {
  dialogue.tell(to, command).catch(() => {});
}

/** Uploads archive and status; returns why it failed, or `undefined`. */
async function upload(
  job: FinishedJob,
  { command }: Letter<"storeJobOutputDir">,
  { openTransfer, log }: DeliveryTools,
): Promise<string | undefined> {
  const { jobID, outputDir, outputChirpUrl } = command;
  try {
    await using transfer = openTransfer(outputChirpUrl);
    await putOnce(transfer, job.archivePath, `${outputDir}/${jobID}.tgz`);
    // A directory of this lease alone was made by a manager of ours: it reads the status, too.
    if (outputDir !== jobID) {
      await putOnce(transfer, job.statusPath, `${outputDir}/${jobID}.status`);
    }
    log.info(`Uploaded the output of job ${jobID} to ${outputChirpUrl}/${outputDir}`);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `Cannot upload the output of job ${jobID}: ${reason}`;
  }
}

/** Puts a file that may be there already, from an attempt whose answer was lost. */
async function putOnce(transfer: FileTransfer, localPath: string, remotePath: string) {
  try {
    await transfer.put(localPath, remotePath);
  } catch (error) {
    if (!(error instanceof FileTransferError) || error.code !== "already-exists") throw error;
  }
}
