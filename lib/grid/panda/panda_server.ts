/**
 * The PanDA server, as whoever stores output for a job needs it (PanDAWMS/panda-server). Its interface has
 * changed: version 1.0, of May 2026, serves `api/v1` alone (`PandaApiV1`), those before it
 * `server/panda/updateJob` and `getStatus` (`PandaApiClassic`).
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import type { HttpServiceOptions } from "../http/http_service.ts";
import type { PilotReport } from "./pilot_report.ts";

/** What is needed to reach one. */
export interface PandaServerOptions extends Omit<HttpServiceOptions, "name"> {
  /** Address without a path: `https://pandaserver.cern.ch:25443`. */
  readonly url: string;
  /**
   * A token of the server's identity provider (OIDC) and the virtual organisation for which it holds; read
   * anew for each request. Default: none, the connection's certificate says who asks.
   */
  readonly token?: (() => Promise<{ readonly token: string; readonly vo: string }>) | undefined;
}

/** The end of a job, as the server takes it: what its pilot says, and what became of its output. */
export interface JobUpdate extends Omit<PilotReport, "state"> {
  /** How it ended. */
  readonly status: PilotReport["state"];
  /** The output by logical name, as its report of outputs has it. */
  readonly outputs: Readonly<Record<string, ReportedFile>>;
}

/** A file in the report of outputs (`AdderGen.parse_job_output_report`). */
export interface ReportedFile {
  /** Global id of the file. */
  readonly guid: string;
  /** Size in bytes. */
  readonly fsize: number;
  /** Adler-32, in hexadecimal digits. */
  readonly adler32: string;
  /** MD5, in hexadecimal digits. */
  readonly md5sum: string;
}

/** What the server makes of an update: it has ended the job, knew it as ended, or does not want it. */
export type UpdateAnswer = "taken" | "already ended" | "not wanted";

/** One PanDA server. */
export interface PandaServer {
  /**
   * Tells how a job has ended. The server keeps the first end of an attempt.
   *
   * @throws {GridError} When it cannot be told, or does not take it.
   */
  updateJob(update: JobUpdate, options?: GridCallOptions): Promise<UpdateAnswer>;

  /**
   * Asks for a job's status, such as `running` or `cancelled`.
   *
   * @returns The status; `undefined` where there is no such job.
   * @throws {GridError} When the server cannot be asked.
   */
  jobStatus(jobId: string, options?: GridCallOptions): Promise<string | undefined>;
}

/** Headers that say who asks. */
export async function credentialsOf(
  { token }: PandaServerOptions,
): Promise<Readonly<Record<string, string>>> {
  const credentials = await token?.();
  return credentials === undefined
    ? {}
    : { authorization: `Bearer ${credentials.token}`, origin: credentials.vo };
}

/** True for `SC_Success` of the server's `Protocol.py`, as a number or a text. */
export function isSuccess(code: unknown): boolean {
  return String(code) === "0";
}

/**
 * What the server has made of an update. A second end is answered with the command `alreadydone`, or `tobekilled`
 * once the job is put away; an older attempt's with `badattemptnr`.
 *
 * @throws {GridError} When it was not stored.
 */
export function updateAnswerOf(jobId: string, code: unknown, command: unknown): UpdateAnswer {
  if (!isSuccess(code)) {
    throw new GridError(`The PanDA server did not store job ${jobId}: status ${code}`, {
      transient: true,
    });
  }
  if (command === "badattemptnr") return "not wanted";
  return command === "alreadydone" || command === "tobekilled" ? "already ended" : "taken";
}
