/**
 * AliEn's task queue: jobs, the broker that matches them, and who set which status
 * (`alien.taskQueue.TaskQueueUtils`, `JobBroker`).
 *
 * @module
 */
import {
  type ClassAd,
  parseClassAd,
  parseExpression,
  suitEachOther,
} from "../../../lib/grid/classad/mod.ts";

/** A job in the queue. */
export interface SimAlienJob {
  readonly id: number;
  readonly owner: string;
  /** The JDL as it was submitted. */
  readonly jdl: string;
  /** The same, for matching. */
  readonly ad: ClassAd;
  /** A state of `alien.taskQueue.JobStatus`. */
  status: string;
  /** Machine that runs it. */
  node: string;
  /** Request under which the broker gave it to a site; empty while it waits. */
  request: string;
  /** How often it was put back. */
  resubmissions: number;
  /** States that it was in, the first one first. */
  readonly states: string[];
  /** Final states that a site has set; more than one is one too many. */
  readonly ends: string[];
  /** Lines of its trace log. */
  readonly trace: string[];
}

/** Final states that sites set. */
const ENDS = /^(?:DONE|DONE_WARN|ERROR_\w+)$/;
/** Jobs that are kept. */
const MOST_JOBS = 1_000_000;

/** What a site says of a job. */
export interface StatusReport {
  readonly status: string;
  readonly host: string;
  readonly exitCode: string;
  readonly reason: string;
}

/** The queue. */
export class SimTaskQueue {
  /** Jobs by id, the oldest first. */
  readonly jobs = new Map<number, SimAlienJob>();
  /** Jobs that a user may have in the queue. */
  jobQuota = Infinity;
  #lastId: number;

  /** @param firstId Id of the first job. Default: 1001. */
  constructor(firstId = 1001) {
    this.#lastId = firstId - 1;
  }

  /**
   * Takes a job in.
   *
   * @throws {SyntaxError} When the JDL is none.
   * @throws {RangeError} When the owner's quota is used up.
   */
  submit(jdl: string, owner: string): SimAlienJob {
    const ad = parseClassAd(jdl);
    if (ad.get("Executable") === undefined) {
      throw new SyntaxError("The JDL has to contain at least the `Executable` field");
    }
    if (ad.get("Type") === undefined) ad.set("Type", parseExpression('"Job"'));
    const own = [...this.jobs.values()].filter((job) =>
      job.owner === owner && job.ends.length === 0
    );
    if (own.length >= Math.min(this.jobQuota, MOST_JOBS)) {
      throw new RangeError(`DENIED: You're trying to submit 1 jobs. That exceeds your limit`);
    }
    const job: SimAlienJob = {
      id: ++this.#lastId,
      owner,
      jdl,
      ad,
      status: "WAITING",
      node: "",
      request: "",
      resubmissions: 0,
      states: ["WAITING"],
      ends: [],
      trace: [],
    };
    this.jobs.set(job.id, job);
    return job;
  }

  /** A job; `undefined`: there is none. */
  job(id: number | string): SimAlienJob | undefined {
    return this.jobs.get(Number(id));
  }

  /**
   * Gives a machine the oldest job that suits it.
   *
   * @param request Name of the request; asked again, it gets the same job.
   * @param machine The machine's JDL.
   * @param host Its name.
   * @throws {SyntaxError} When the machine's JDL is none.
   */
  match(request: string, machine: string, host: string): SimAlienJob | undefined {
    const jobs = [...this.jobs.values()];
    const known = jobs.find((job) => job.request === request);
    if (known !== undefined) return known;
    const ad = parseClassAd(machine);
    const job = jobs.find(({ status, ad: wanted }) =>
      status === "WAITING" && suitEachOther(wanted, ad)
    );
    if (job === undefined) return undefined;
    Object.assign(job, { request, node: host });
    this.#enter(job, "ASSIGNED");
    return job;
  }

  /** Sets a status, as sites do; the queue refuses none. */
  setStatus(job: SimAlienJob, { status, host, exitCode, reason }: StatusReport): void {
    if (host !== "") job.node = host;
    if (exitCode !== "" || reason !== "") job.trace.push(`${status} ${exitCode} ${reason}`.trim());
    this.#enter(job, status);
    if (ENDS.test(status)) job.ends.push(status);
  }

  /** Ends a job, as its owner does. */
  kill(job: SimAlienJob): void {
    this.#enter(job, "KILLED");
  }

  /** Puts a job back among those that wait. */
  resubmit(job: SimAlienJob): void {
    Object.assign(job, { request: "", node: "", resubmissions: job.resubmissions + 1 });
    this.#enter(job, "WAITING");
  }

  #enter(job: SimAlienJob, status: string): void {
    job.status = status;
    job.states.push(status);
  }
}
