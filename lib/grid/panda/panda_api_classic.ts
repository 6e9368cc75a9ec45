/**
 * The PanDA server's interface before version 1.0, `server/panda` (PanDAWMS/panda-server,
 * `pandaserver/jobdispatcher/JobDispatcher.py` until 720a3c86 of May 2026), which pilot 3 still speaks
 * (`send_update` in its `pilot/util/https.py`). Requests and answers are forms.
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";
import { HttpService, shortened } from "../http/http_service.ts";
import {
  credentialsOf,
  isSuccess,
  type JobUpdate,
  type PandaServer,
  type PandaServerOptions,
  type UpdateAnswer,
  updateAnswerOf,
} from "./panda_server.ts";

/** A server before version 1.0. */
export class PandaApiClassic implements PandaServer {
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

  /** See {@linkcode PandaServer.updateJob} (`POST /server/panda/updateJob`). */
  async updateJob(update: JobUpdate, options: GridCallOptions = {}): Promise<UpdateAnswer> {
    const answer = await this.#call("updateJob", {
      jobId: update.jobId,
      state: update.status,
      attemptNr: update.attempt,
      node: update.node,
      siteName: update.site,
      cpuConsumptionTime: update.cpuSeconds,
      transExitCode: update.payloadExitCode,
      pilotErrorCode: update.pilotErrorCode,
      pilotErrorDiag: update.pilotError,
      // XML once, in name to this day.
      xml: JSON.stringify(update.outputs),
    }, options);
    return updateAnswerOf(update.jobId, answer.get("StatusCode"), answer.get("command"));
  }

  /** See {@linkcode PandaServer.jobStatus} (`POST /server/panda/getStatus`). */
  async jobStatus(jobId: string, options: GridCallOptions = {}): Promise<string | undefined> {
    const answer = await this.#call("getStatus", { ids: jobId }, options);
    const [code, status] = [answer.get("StatusCode"), answer.get("status")];
    if (!isSuccess(code) || status === null) {
      throw new GridError(`The PanDA server did not tell of job ${jobId}: status ${code}`, {
        transient: true,
      });
    }
    return status === "notfound" ? undefined : status;
  }

  async #call(
    method: string,
    parameters: Readonly<Record<string, string | number | undefined>>,
    options: GridCallOptions,
  ): Promise<URLSearchParams> {
    const form = Object.entries(parameters).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, `${value}`]]
    );
    const { status, text } = await this.#service.ask({
      ...options,
      method: "POST",
      url: `${this.#options.url}/server/panda/${method}`,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...await credentialsOf(this.#options),
      },
      body: new URLSearchParams(form).toString(),
    });
    const answer = new URLSearchParams(text);
    if (status === 200 && answer.has("StatusCode")) return answer;
    // Rights and tokens are the site's matter: no job must fail for them.
    throw new GridError(`The PanDA server refuses ${method}: ${status} ${shortened(text)}`, {
      transient: true,
    });
  }
}
