/**
 * The PanDA server's interface for pilots, `api/v1/pilot` (PanDAWMS/panda-server, `pandaserver/api/v1/pilot_api.py`;
 * it has taken the place of `server/panda/getJob` and `updateJob`, which that server has no more). Requests
 * and answers are JSON; an answer is `{success, message, data}`.
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import { HttpService, type HttpServiceOptions, shortened } from "../http/http_service.ts";

/** What a {@linkcode PandaServer} needs. */
export interface PandaServerOptions extends Omit<HttpServiceOptions, "name"> {
  /** Address without a path: `https://pandaserver.cern.ch:25443`. */
  readonly url: string;
  /**
   * A token of the server's identity provider (OIDC) and the virtual organisation for which it holds; read
   * anew for each request. Default: none, the connection's certificate says who asks.
   */
  readonly token?: (() => Promise<{ readonly token: string; readonly vo: string }>) | undefined;
}

/** The end of a job, as `update_job` takes it. */
export interface JobUpdate {
  /** PandaID. */
  readonly jobId: string;
  /** How it ended. */
  readonly status: "finished" | "failed";
  /** Number of the attempt; the server refuses an older one. */
  readonly attempt: number | undefined;
  /** Short name of the machine. */
  readonly node: string | undefined;
  /** PanDA queue. */
  readonly site: string | undefined;
  /** CPU time in seconds. */
  readonly cpuSeconds: number | undefined;
  /** Exit code of the payload. */
  readonly payloadExitCode: number | undefined;
  /** PanDA's code of what went wrong. */
  readonly pilotErrorCode: number | undefined;
  /** The same in words. */
  readonly pilotError: string | undefined;
  /** The output by logical name, as `job_output_report` has it. */
  readonly outputs: Readonly<Record<string, ReportedFile>>;
}

/** A file in `job_output_report` (`AdderGen.parse_job_output_report`). */
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

/** `Protocol.SC_Success` of the server. */
const SUCCESS = 0;

/** One PanDA server. */
export class PandaServer {
  readonly #service: HttpService;
  readonly #options: PandaServerOptions;

  /**
   * Makes it; nothing is asked yet.
   *
   * @param options See {@linkcode PandaServerOptions}.
   */
  constructor(options: PandaServerOptions) {
    this.#options = options;
    this.#service = new HttpService({ ...options, name: "the PanDA server" });
  }

  /**
   * Tells how a job has ended (`POST /api/v1/pilot/update_job`). The server keeps the first end of an
   * attempt and answers a second one with the command `alreadydone`, or `tobekilled` once it has put the
   * job away.
   *
   * @throws {GridError} When it cannot be told, or does not take it.
   */
  async updateJob(update: JobUpdate, options: GridCallOptions = {}): Promise<UpdateAnswer> {
    const data = await this.#call("POST", "update_job", {
      job_id: Number(update.jobId),
      job_status: update.status,
      attempt_nr: update.attempt,
      node: update.node,
      site_name: update.site,
      cpu_consumption_time: update.cpuSeconds,
      trans_exit_code: update.payloadExitCode,
      pilot_error_code: update.pilotErrorCode,
      pilot_error_diag: update.pilotError,
      job_output_report: JSON.stringify(update.outputs),
    }, options);
    const { StatusCode: code, command } = Object(data) as Record<string, unknown>;
    if (code !== SUCCESS) {
      throw new GridError(`The PanDA server did not store job ${update.jobId}: status ${code}`, {
        transient: true,
      });
    }
    if (command === "badattemptnr") return "not wanted";
    return command === "alreadydone" || command === "tobekilled" ? "already ended" : "taken";
  }

  /**
   * Asks for a job's status (`GET /api/v1/pilot/get_job_status`), such as `running` or `cancelled`.
   *
   * @returns The status; `undefined` where there is no such job.
   * @throws {GridError} When the server cannot be asked.
   */
  async jobStatus(jobId: string, options: GridCallOptions = {}): Promise<string | undefined> {
    const data = await this.#call("GET", `get_job_status?job_ids=${jobId}`, undefined, options);
    const [found] = Array.isArray(data) ? data : [];
    const { status } = Object(found) as Record<string, unknown>;
    return typeof status === "string" && status !== "not found" ? status : undefined;
  }

  async #call(
    method: string,
    path: string,
    parameters: Readonly<Record<string, unknown>> | undefined,
    options: GridCallOptions,
  ): Promise<unknown> {
    const credentials = await this.#options.token?.();
    const { status, text } = await this.#service.ask({
      ...options,
      method,
      url: `${this.#options.url}/api/v1/pilot/${path}`,
      headers: {
        accept: "application/json",
        ...(parameters === undefined ? {} : { "content-type": "application/json" }),
        ...(credentials === undefined
          ? {}
          : { authorization: `Bearer ${credentials.token}`, origin: credentials.vo }),
      },
      body: parameters === undefined ? undefined : JSON.stringify(parameters),
    });
    const answer = status === 200 ? parseAnswer(text) : undefined;
    if (answer?.["success"] === true) return answer["data"];
    const reason = answer === undefined ? `${status} ${shortened(text)}` : answer["message"];
    // Rights and tokens are the site's matter: no job must fail for them.
    throw new GridError(`The PanDA server refuses ${path.split("?")[0]}: ${reason}`, {
      transient: !/invalid job status|type error|argument error/i.test(String(reason)),
    });
  }
}

function parseAnswer(text: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
