/**
 * The PanDA server's interface for pilots since version 1.0, `api/v1/pilot` (PanDAWMS/panda-server,
 * `pandaserver/api/v1/pilot_api.py`). Requests and answers are JSON; an answer is `{success, message, data}`.
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import { HttpService, shortened } from "../http/http_service.ts";
import {
  credentialsOf,
  type JobUpdate,
  type PandaServer,
  type PandaServerOptions,
  type UpdateAnswer,
  updateAnswerOf,
} from "./panda_server.ts";

/** A server of version 1.0 or later. */
export class PandaApiV1 implements PandaServer {
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

  /** See {@linkcode PandaServer.updateJob} (`POST /api/v1/pilot/update_job`). */
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
    return updateAnswerOf(update.jobId, code, command);
  }

  /** See {@linkcode PandaServer.jobStatus} (`GET /api/v1/pilot/get_job_status`). */
  async jobStatus(jobId: string, options: GridCallOptions = {}): Promise<string | undefined> {
    const data = await this.#call("GET", `get_job_status?job_ids=${jobId}`, undefined, options);
    const [found] = Array.isArray(data) ? data : [];
    const { status } = Object(found) as Record<string, unknown>;
    if (typeof status !== "string") {
      throw new GridError(`The PanDA server did not tell of job ${jobId}`, { transient: true });
    }
    return status === "not found" ? undefined : status;
  }

  async #call(
    method: string,
    path: string,
    parameters: Readonly<Record<string, unknown>> | undefined,
    options: GridCallOptions,
  ): Promise<unknown> {
    const { status, text } = await this.#service.ask({
      ...options,
      method,
      url: `${this.#options.url}/api/v1/pilot/${path}`,
      headers: {
        accept: "application/json",
        ...(parameters === undefined ? {} : { "content-type": "application/json" }),
        ...await credentialsOf(this.#options),
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
