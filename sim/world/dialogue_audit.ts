/**
 * What is said, held against what is stored: every acknowledgement answers a stored effect, every `runJob`
 * a stored lease, every request is answered once.
 *
 * @module
 */
import { REMEMBERED_LIMIT, REMEMBERED_MS } from "../../lib/messaging/delivery.ts";
import type { JobDone, RunJob } from "../../lib/protocol/commands.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { parseJobData } from "../../roles/jobmanager/job_data.ts";
import { commandOf, type Glance } from "./peek.ts";
import { isLent, type StoredJob } from "./queue_data.ts";
import { Recent } from "./recent.ts";
import type { Violations } from "./violations.ts";

/** Which request an answer answers. */
const REQUEST_OF: ReadonlyMap<string, string> = new Map([
  ["have_getJob", "want_getJob"],
  ["runJob", "getJob"],
  ["have_getJobOutputDir", "want_getJobOutputDir"],
  ["storeJobOutputDir", "getJobOutputDir"],
]);
const REQUESTS: ReadonlySet<string> = new Set(REQUEST_OF.values());

/** Messages of one manager's process that are remembered at least, as many as it remembers itself. */
const LEAST_REMEMBERED = REMEMBERED_LIMIT;

/**
 * Commands after which a manager may have forgotten one and answer its copy, too. Its memory surely holds
 * half as many as it has room for ({@linkcode SeenMessages}), and fewer are finished than have come. No
 * effect depends on that memory: a forgotten copy of `getJob` gives the same lease again, or another job
 * under a lease of its own, which the other rules watch.
 */
const SURELY_REMEMBERED = REMEMBERED_LIMIT / 2;
/** What is no command: a manager need not remember it. */
const NO_COMMANDS: ReadonlySet<string> = new Set(["", "ack", "error"]);

/** Options of a {@linkcode DialogueAudit}. */
export interface DialogueAuditOptions {
  /** Current time in milliseconds. */
  readonly nowMs: () => number;
  readonly violations: Violations;
  /** False: whoever reports is believed, whatever token he tells. */
  readonly leases: boolean;
  /** A job as it is stored now. */
  readonly job: (id: string) => StoredJob | undefined;
  /** True for a job that a power failure has put back to an earlier moment. */
  readonly wasSetBack: (id: string) => boolean;
  /** True for a manager's process that refers reports to others. */
  readonly redirects: (process: string) => boolean;
}

/** Listens to the managers. */
export class DialogueAudit {
  readonly #options: DialogueAuditOptions;
  readonly #managers = new Map<string, ManagerTalk>();
  /** Reports that reached a manager: job, token where it counts, and bare JID of the sender. */
  readonly #reports = new Set<string>();

  /** @param options See {@linkcode DialogueAuditOptions}. */
  constructor(options: DialogueAuditOptions) {
    this.#options = options;
  }

  /** True where an agent has reported the end of a job that it got under that token. */
  isReported(id: string, token: number, agent: string): boolean {
    return this.#reports.has(this.#reportKey(id, token, agent));
  }

  /** A stanza reaches a manager's process. */
  toManager(process: string, stanza: XmlElement, { what, id }: Glance): void {
    if (NO_COMMANDS.has(what)) return;
    const from = stanza.attrs["from"] ?? "";
    const talk = this.#talk(process);
    talk.count();
    if (REQUESTS.has(what)) talk.ask(`${from} ${id}`, `${from} ${what}`, this.#options.nowMs());
    if (what !== "jobDone") return;
    const command = commandOf(stanza);
    if (command?.command !== "jobDone") return;
    const { token } = parseJobData(command.jmJobData);
    this.#reports.add(this.#reportKey(command.jobID, token, from));
    talk.hear(`${from} ${id}`, command);
  }

  /** A manager's process says something. */
  fromManager(process: string, stanza: XmlElement, { what, id }: Glance): void {
    const to = stanza.attrs["to"] ?? "";
    if (what === "ack") return this.#checkAck(process, to, id);
    const request = REQUEST_OF.get(what);
    if (request === undefined) return;
    const isFirst = this.#talk(process).answer(id, `${to} ${request}`);
    this.#options.violations.check(
      isFirst,
      "answered once",
      () => `${process} answers one ${request} of ${to} by another ${what}`,
    );
    if (what !== "runJob") return;
    const command = commandOf(stanza);
    if (command?.command === "runJob") this.#checkRunJob(command, to);
  }

  /** A manager's process is gone; what it was asked no longer matters. */
  forget(process: string): void {
    this.#managers.delete(process);
  }

  #reportKey(id: string, token: number | undefined, agent: string): string {
    return this.#options.leases ? `${id} ${token} ${bare(agent)}` : `${id} ${bare(agent)}`;
  }

  #checkAck(process: string, to: string, id: string): void {
    const report = this.#talk(process).report(`${to} ${id}`);
    if (report === undefined || this.#options.redirects(process)) return;
    const job = this.#options.job(report.jobID);
    const { token } = parseJobData(report.jmJobData);
    // Where a hand-out is final, whoever reports is believed.
    const isHolder = !job?.bound || (job.token === token && bare(job.agent) === bare(to));
    const isOpen = job?.state !== undefined && isLent(job.state) && isHolder;
    this.#options.violations.check(
      !isOpen || this.#options.wasSetBack(report.jobID),
      "ack after commit",
      () => `${process} acknowledges the end of job ${report.jobID}, which is ${job?.state}`,
    );
  }

  #checkRunJob({ job, jmJobData }: RunJob, to: string): void {
    const { token } = parseJobData(jmJobData);
    const { violations, job: stored, wasSetBack } = this.#options;
    const known = stored(job.id);
    // A hand-out that is final bears no token.
    const isStored = known !== undefined &&
      (token === undefined ? !known.bound && known.token > 0 : token <= known.token);
    violations.check(
      isStored || wasSetBack(job.id),
      "one lease",
      () => `Job ${job.id} is sent to ${to} with lease ${token}, which is not stored`,
    );
  }

  #talk(process: string): ManagerTalk {
    const talk = this.#managers.get(process) ?? new ManagerTalk();
    this.#managers.set(process, talk);
    return talk;
  }
}

/** When a request came. */
interface Came {
  /** Commands that had come before. */
  readonly count: number;
  readonly nowMs: number;
}

/** What one manager's process has heard and said. */
class ManagerTalk {
  /** Requests, and when they came. */
  readonly #asked = new Recent<Came>(LEAST_REMEMBERED);
  /** Ids of answers. */
  readonly #answers = new Recent<true>(LEAST_REMEMBERED);
  /** Commands so far. */
  #count = 0;
  /** Requests without an answer, by peer and kind. */
  readonly #open = new Map<string, number>();
  readonly #reports = new Recent<JobDone>(LEAST_REMEMBERED);

  /** A command came, of whatever kind. */
  count(): void {
    this.#count++;
  }

  /** A request came, perhaps once more. */
  ask(message: string, kind: string, nowMs: number): void {
    const came = this.#asked.get(message);
    const isRemembered = came !== undefined && this.#count - came.count < SURELY_REMEMBERED &&
      nowMs - came.nowMs < REMEMBERED_MS;
    if (isRemembered) return;
    this.#asked.set(message, { count: this.#count, nowMs });
    this.#open.set(kind, (this.#open.get(kind) ?? 0) + 1);
  }

  /** An answer goes out, perhaps once more; false where it answers nothing. */
  answer(message: string, kind: string): boolean {
    if (this.#answers.get(message) !== undefined) return true;
    this.#answers.set(message, true);
    const open = this.#open.get(kind) ?? 0;
    if (open > 1) this.#open.set(kind, open - 1);
    else this.#open.delete(kind);
    return open > 0;
  }

  /** A report came. */
  hear(message: string, report: JobDone): void {
    this.#reports.set(message, report);
  }

  /** The report that is acknowledged. */
  report(message: string): JobDone | undefined {
    return this.#reports.get(message);
  }
}

function bare(jid: string): string {
  const slash = jid.indexOf("/");
  return slash < 0 ? jid : jid.slice(0, slash);
}
