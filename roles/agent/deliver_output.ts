/**
 * The second half of a job's dialogue (report 2.2.2, 2.2.3): find out where the output goes, upload it,
 * report the job done. Repeated from the start until a manager has stored the report.
 *
 * @module
 */
import { type FileTransfer, FileTransferError } from "../../lib/chirp/file_transfer.ts";
import { messageOf } from "../../lib/error_message.ts";
import type { Logger } from "../../lib/log.ts";
import type { DeliveryOutcome } from "../../lib/messaging/delivery.ts";
import type { CommandName, JobDone, KnownCommand } from "../../lib/protocol/commands.ts";
import { archiveName } from "../../lib/jobs/chirp_folder.ts";
import type { Letter } from "./mailbox.ts";
import { appendHash } from "./report.ts";

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
  /** The manager's own data, as it came with the job. */
  readonly jmJobData: string | undefined;
  /** What is added to it in the report. */
  readonly measured: Readonly<Record<string, string>>;
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
/** Leftovers of broken uploads that are passed over at most. */
const MOST_LEFTOVERS = 99;

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
  // A name that was reported once stays that of the whole archive, though a manager may have moved it away.
  let firstFree = 0;
  for (;;) {
    const place = await askForDirectory(job, retryMs, tools);
    if (place !== undefined) {
      const result = await upload(job, place, firstFree, tools);
      if (typeof result === "number") firstFree = result + 1;
      if (typeof result === "number" || --uploadsLeft === 0) {
        log.info(`Reporting job ${jobID} done to ${place.from}`);
        if (await dialogue.tell(place.from, finalReport(job, place, result)) === "acked") return;
        log.warning(`Nobody stored the report of job ${jobID}: beginning again`);
      } else {
        log.warning(result);
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
  const { jmJobData } = job;
  const { jobID, agentHost } = job.report;
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

/**
 * The report, with the data as the manager that takes the output may have changed it, and with what is
 * known of the upload: its number, or why it failed.
 */
function finalReport(
  { report, jmJobData, measured }: FinishedJob,
  { command }: Letter<"storeJobOutputDir">,
  result: number | string,
): JobDone {
  const number = typeof result === "number" && result > 0 ? { upload: `${result}` } : {};
  const data = appendHash(command.jmJobData ?? jmJobData ?? "", { ...measured, ...number });
  const failure = typeof result === "string" ? { failure: result } : {};
  return { ...report, jmJobData: data, ...failure };
}

/** Uploads archive and status; returns the upload's number, or why it failed. */
async function upload(
  job: FinishedJob,
  { command }: Letter<"storeJobOutputDir">,
  firstFree: number,
  { openTransfer, log }: DeliveryTools,
): Promise<number | string> {
  const { jobID, outputDir, outputChirpUrl } = command;
  try {
    await using transfer = openTransfer(outputChirpUrl);
    // A directory of this lease alone was made by a manager of ours.
    const isOwn = outputDir !== jobID;
    const number = isOwn ? await putAnew(transfer, job, outputDir, firstFree) : 0;
    if (!isOwn) await putOnce(transfer, job.archivePath, `${outputDir}/${archiveName(jobID)}`);
    // It stands for the archive of the first upload.
    else if (number === 0) {
      await putOnce(transfer, job.statusPath, `${outputDir}/${jobID}.status`);
    }
    log.info(`Uploaded the output of job ${jobID} to ${outputChirpUrl}/${outputDir}`);
    return number;
  } catch (error) {
    const reason = messageOf(error);
    return `Cannot upload the output of job ${jobID}: ${reason}`;
  }
}

/**
 * Puts the archive under the first name that is free, and returns the number in it. What an earlier
 * upload left may be cut off, where the file server died, and can be neither looked at nor replaced.
 */
async function putAnew(
  transfer: FileTransfer,
  { archivePath, report: { jobID } }: FinishedJob,
  outputDir: string,
  firstFree: number,
): Promise<number> {
  for (let number = firstFree;; number++) {
    try {
      await transfer.put(archivePath, `${outputDir}/${archiveName(jobID, number)}`);
      return number;
    } catch (error) {
      if (!isThere(error) || number >= firstFree + MOST_LEFTOVERS) throw error;
    }
  }
}

/** Puts a file that may be there already, from an attempt whose answer was lost. */
async function putOnce(transfer: FileTransfer, localPath: string, remotePath: string) {
  try {
    await transfer.put(localPath, remotePath);
  } catch (error) {
    if (!isThere(error)) throw error;
  }
}

function isThere(error: unknown): boolean {
  return error instanceof FileTransferError && error.code === "already-exists";
}
