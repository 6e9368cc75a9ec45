/**
 * The seam to a grid (report 1, 3.1, 3.2): where its jobs come from and where their output and status go.
 * A grid is one adapter; managers, agents and the journal of deliveries know nothing of it.
 *
 * Every call may be made again: a manager that was killed in the middle of one makes it anew, with the same
 * job, and the grid is then as if it had been made once.
 *
 * @module
 */
import type { Workspace } from "../machine/workspace.ts";
import type { Job } from "../protocol/job.ts";

/** What can end a call early. */
export interface GridCallOptions {
  /** Aborted: the call rejects with its reason, and what was done so far may be done again. */
  readonly signal?: AbortSignal | undefined;
}

/** The agent's machine, as its request describes it. */
export interface GridHost {
  /** Fully qualified name. */
  readonly name: string;
  /** Its description: a ClassAd in the form of `lib/protocol/jdl.ts`. */
  readonly jdl: string;
}

/** A job of the grid on its way through the site. */
export interface GridJobRef {
  /** The grid's own id: the queue id of AliEn, the PandaID. */
  readonly id: string;
  /**
   * What the adapter needs to go on with the job, in another process or after a restart: short texts that
   * may travel through agents, and so no secrets.
   */
  readonly state: Readonly<Record<string, string>>;
}

/** A job that was taken from the grid. */
export interface GridJob extends GridJobRef {
  /** What the agent runs; its input files lie in the directory that was given. Address left empty. */
  readonly job: Omit<Job, "chirpUrl">;
}

/** Where input is put for agents. */
export interface InputStage {
  /** Folder shared with the Chirp server. */
  readonly folder: Workspace;
  /** Makes the directory of a job in it, readable for agents, and returns its name. */
  readonly directoryOf: (id: string) => Promise<string>;
}

/** What came back from an agent. */
export interface JobOutput {
  /** Folder that holds the archive. */
  readonly folder: Workspace;
  /** The archive `ID.tgz`, relative to the folder. */
  readonly archive: string;
  /** How the job has ended: a grid may keep other files of one that failed. */
  readonly outcome: "succeeded" | "failed";
}

/** How a job ended. */
export interface GridResult {
  /** Whether it did what it should. */
  readonly outcome: "succeeded" | "failed";
  /** Raw wait status of the job; missing where it could not be run. */
  readonly waitStatus?: number | undefined;
  /** Raw wait status of its validation; missing where it has none. */
  readonly validateWaitStatus?: number | undefined;
  /** Why it failed, in a sentence. Default: the status says it all. */
  readonly reason?: string | undefined;
  /** Name of the machine that ran it. */
  readonly host: string;
  /** CPU time in seconds, where it is known. */
  readonly cpuSeconds?: number | undefined;
}

/** What the grid says of a job that is at work. */
export type GridVerdict = "wanted" | "cancelled";

/** One grid. */
export interface GridAdapter extends AsyncDisposable {
  /** Name of the grid as people know it, such as `AliEn`. */
  readonly grid: string;

  /** True where the grid would now give this machine a job. A guess: {@linkcode take} may still find none. */
  offer(host: GridHost, options?: GridCallOptions): Promise<boolean>;

  /**
   * Takes a job for a machine, and puts its input where agents fetch it.
   *
   * @param host The machine.
   * @param stage Where input goes.
   * @param request Name of this request: asked again under the same name, the grid gives the same job.
   * @returns The job; `undefined` where the grid has none, or the request's has ended meanwhile.
   * @throws {GridError} When the grid cannot be reached, or input cannot be fetched.
   */
  take(
    host: GridHost,
    stage: InputStage,
    request: string,
    options?: GridCallOptions,
  ): Promise<GridJob | undefined>;

  /** The job runs on an agent's machine. */
  started(job: GridJobRef, agentHost: string, options?: GridCallOptions): Promise<void>;

  /**
   * Learns from the output what the adapter must know of a job that the site did not take from the grid: of
   * a grid's own pilot, which has fetched its job itself. Missing where every job is taken by the site.
   *
   * @returns The job with the state for {@linkcode store} and {@linkcode finish}.
   * @throws {GridError} When the output says of no job.
   */
  identify?(job: GridJobRef, output: JobOutput, options?: GridCallOptions): Promise<GridJobRef>;

  /** Uploads the output to the grid's storage and registers it in its catalogue; once, however often called. */
  store(job: GridJobRef, output: JobOutput, options?: GridCallOptions): Promise<void>;

  /** Sets the job's final status. */
  finish(job: GridJobRef, result: GridResult, options?: GridCallOptions): Promise<void>;

  /** Gives a job back that was not run to its end, so that the grid can hand it out again. */
  giveBack(job: GridJobRef, reason: string, options?: GridCallOptions): Promise<void>;

  /** Tells the grid that the job is at work; says whether it still wants it. */
  heartbeat(job: GridJobRef, options?: GridCallOptions): Promise<GridVerdict>;
}

/** A call to the grid that failed. */
export class GridError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "GridError";
  /** True where the same call may succeed later: the grid is away or busy. */
  readonly transient: boolean;

  /**
   * Says what failed.
   *
   * @param message Action, job and cause in a sentence.
   * @param options The cause; and whether it may pass.
   */
  constructor(message: string, options: ErrorOptions & { readonly transient: boolean }) {
    super(message, options);
    this.transient = options.transient;
  }
}
