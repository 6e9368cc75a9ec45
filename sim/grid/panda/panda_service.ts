/**
 * A PanDA server in memory: the interface for pilots of today's server, `api/v1/pilot` (PanDAWMS/panda-server,
 * `pandaserver/api/v1/pilot_api.py`), or that of servers before version 1.0, and what becomes of a job there.
 *
 * @module
 */
import { type Clock, systemClock } from "../../../lib/clock.ts";
import { HttpFaults } from "../http/faults.ts";
import type { GridService } from "../http/service.ts";
import { classicRequestOf, formOf } from "./classic_api.ts";
import { answerOf, type PandaAnswer } from "./panda_answer.ts";
import { type PandaJobDefinition, SimPandaJob } from "./panda_job.ts";

/** Options of a {@linkcode PandaService}. */
export interface PandaServiceOptions {
  /** The interface that it serves, and no other. Default: `v1`. */
  readonly api?: "v1" | "classic" | undefined;
  /** Tokens that are let in. Default: everybody is. */
  readonly tokens?: readonly string[] | undefined;
  /** Time until the server puts an ended job away. Default: 1,000 ms. */
  readonly adderMs?: number | undefined;
  /** Clock of that time. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** Largest request that is read. */
const LARGEST_REQUEST_BYTES = 2 ** 22;
/** Status codes of the server's `Protocol.py`. */
const SUCCESS = 0;
/** States that a pilot may set. */
const PILOT_STATES = new Set([
  "running",
  "failed",
  "finished",
  "holding",
  "starting",
  "transferring",
]);

/** The server; its jobs lie open. */
export class PandaService implements GridService {
  readonly faults = new HttpFaults();
  readonly #jobs = new Map<number, SimPandaJob>();
  readonly #tokens: Set<string> | undefined;
  readonly #api: "v1" | "classic";
  readonly #adderMs: number;
  readonly #clock: Clock;

  /** @param options See {@linkcode PandaServiceOptions}. */
  constructor(options: PandaServiceOptions = {}) {
    this.#tokens = options.tokens === undefined ? undefined : new Set(options.tokens);
    this.#api = options.api ?? "v1";
    this.#adderMs = options.adderMs ?? 1000;
    this.#clock = options.clock ?? systemClock;
  }

  /** All jobs. */
  get jobs(): readonly SimPandaJob[] {
    return [...this.#jobs.values()];
  }

  /** Puts a job into the queue of its site. */
  add(definition: PandaJobDefinition): SimPandaJob {
    const job = new SimPandaJob(definition, this.#clock.now());
    this.#jobs.set(definition.pandaId, job);
    return job;
  }

  /** A job, which must be there. */
  job(pandaId: number): SimPandaJob {
    const job = this.#jobs.get(pandaId);
    if (job === undefined) throw new RangeError(`There is no job ${pandaId}`);
    return job;
  }

  /**
   * Gives up a job whose pilot has fallen silent, and queues it anew under another id: what the server does
   * by itself after hours (`Watcher` of its `jobdispatcher`).
   */
  lose(pandaId: number): SimPandaJob {
    const job = this.job(pandaId);
    job.lose(this.#clock.now());
    return this.add({ ...job.definition, pandaId: Math.max(...this.#jobs.keys()) + 1 });
  }

  /** Lets no token in any more but these. */
  setTokens(tokens: readonly string[]): void {
    this.#tokens?.clear();
    for (const token of tokens) this.#tokens?.add(token);
  }

  /** See {@linkcode GridService.answer}. */
  async answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const body = await request.text();
    if (!this.#isKnown(request)) {
      return new Response("ERROR : Token authentication failed. invalid token", { status: 403 });
    }
    if (body.length > LARGEST_REQUEST_BYTES) return new Response("", { status: 413 });
    if (this.#api === "classic") {
      const asked = classicRequestOf(request.method, url.pathname, body);
      if (asked?.method === "updateJob") return formOf(this.#update(asked.parameters));
      if (asked?.method === "getStatus") return formOf(this.#status(asked.ids));
      return forbidden(url.pathname);
    }
    const name = /^\/api\/v1\/pilot\/(\w+)$/.exec(url.pathname)?.[1];
    switch (`${request.method} ${name}`) {
      case "POST acquire_jobs":
        return Response.json(this.#acquire(JSON.parse(body)));
      case "POST update_job":
        return Response.json(this.#update(JSON.parse(body)));
      case "GET get_job_status":
        return Response.json(this.#status(url.searchParams.getAll("job_ids")));
      default:
        return forbidden(url.pathname);
    }
  }

  #isKnown(request: Request): boolean {
    if (this.#tokens === undefined) return true;
    const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
    return token !== undefined && this.#tokens.has(token) && request.headers.has("origin");
  }

  /** `acquire_jobs`: reserves jobs of a PanDA queue for a pilot. */
  #acquire(parameters: Record<string, unknown>): PandaAnswer {
    const { site_name: site, n_jobs: number = 1, scheduler_id: pilot } = parameters;
    const waiting = this.jobs.filter((job) => job.status === "activated" && job.site === site);
    const taken = waiting.slice(0, Number(number));
    if (taken.length === 0) return answerOf(false, "No jobs in PanDA", null);
    for (const job of taken) job.send(String(pilot ?? ""), this.#clock.now());
    const jobs = taken.map((job) => ({ StatusCode: SUCCESS, ...job.forPilot() }));
    return answerOf(true, "", { StatusCode: SUCCESS, jobs });
  }

  /** `update_job`: an end is taken once; a second one is `alreadydone`, or `tobekilled` later. */
  #update(parameters: Readonly<Record<string, unknown>>): PandaAnswer {
    const { job_id: id, job_status: status } = parameters;
    if (typeof id !== "number") {
      return answerOf(false, "Type error: 'job_id' must be of type int", null);
    }
    if (!PILOT_STATES.has(String(status))) {
      return answerOf(false, `Invalid job status: ${status}`, { StatusCode: 50 });
    }
    const job = this.#jobs.get(id);
    if (job === undefined) {
      return answerOf(true, "", { StatusCode: SUCCESS, command: "tobekilled" });
    }
    const endsBefore = job.ends;
    const command = job.update(parameters, this.#clock.now());
    if (job.ends > endsBefore) {
      this.#clock.after(this.#adderMs, () => job.putAway(this.#clock.now()));
    }
    return answerOf(true, "", { StatusCode: SUCCESS, command });
  }

  /** `get_job_status`. */
  #status(ids: readonly string[]): PandaAnswer {
    return answerOf(
      true,
      "",
      ids.map((id) => {
        const job = this.#jobs.get(Number(id));
        return job === undefined
          ? { job_id: Number(id), status: "not found", attempt_number: 0 }
          : { job_id: Number(id), status: job.status, attempt_number: job.attempt };
      }),
    );
  }
}

/** What the server says of a method that it does not have. */
function forbidden(path: string): Response {
  const text = `ERROR : method ${path.split("/").at(-1)} is forbidden`;
  return new Response(text, { status: 403 });
}
