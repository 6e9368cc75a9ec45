/**
 * A job of the PanDA server in memory, with its states as PanDA names them.
 *
 * @module
 */

/** A job as it is submitted. */
export interface PandaJobDefinition {
  readonly pandaId: number;
  /** PanDA queue. */
  readonly site: string;
  /** What the payload is given. Default: nothing. */
  readonly parameters?: string | undefined;
  /** Dataset of its output. */
  readonly dataset: string;
  /** Logical names of its output, with their guids. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** One state in a job's life. */
export interface PandaState {
  readonly status: string;
  readonly atMs: number;
}

/** A job. */
export class SimPandaJob {
  readonly attempt = 1;
  /** All states so far, the first one first. */
  readonly states: PandaState[];
  /** How often an end was taken; more than once would be wrong. */
  ends = 0;
  /** The update that ended it. */
  end: Readonly<Record<string, unknown>> | undefined;
  /** Name of the pilot that fetched it. */
  pilot = "";
  readonly #definition: PandaJobDefinition;

  /**
   * Makes a job that waits.
   *
   * @param definition What it is.
   * @param nowMs The time.
   */
  constructor(definition: PandaJobDefinition, nowMs: number) {
    this.#definition = definition;
    this.states = [{ status: "activated", atMs: nowMs }];
  }

  get pandaId(): number {
    return this.#definition.pandaId;
  }

  get site(): string {
    return this.#definition.site;
  }

  get dataset(): string {
    return this.#definition.dataset;
  }

  /** Logical names of the output. */
  get outputs(): readonly string[] {
    return Object.keys(this.#definition.outputs);
  }

  get definition(): PandaJobDefinition {
    return this.#definition;
  }

  get status(): string {
    return this.states.at(-1)?.status ?? "";
  }

  /** Hands it to a pilot. */
  send(pilot: string, nowMs: number): void {
    this.pilot = pilot;
    this.#enter("sent", nowMs);
  }

  /** Gives it up because its pilot has fallen silent, as the server's watcher does. */
  lose(nowMs: number): void {
    this.#enter("failed", nowMs);
  }

  /** Cancels it, as its owner may. */
  cancel(nowMs: number): void {
    this.#enter("cancelled", nowMs);
  }

  /** What a pilot is told (`Response.appendJob` in the server's `Protocol.py`). */
  forPilot(): Readonly<Record<string, unknown>> {
    const { pandaId, parameters = "", dataset, outputs } = this.#definition;
    return {
      PandaID: pandaId,
      attemptNr: this.attempt,
      prodSourceLabel: "user",
      transformation: "run",
      jobPars: parameters,
      outFiles: Object.keys(outputs).join(","),
      GUID: Object.values(outputs).join(","),
      destinationDblock: dataset,
      realDatasets: dataset,
    };
  }

  /**
   * Takes an update in.
   *
   * @param parameters Those of `update_job`.
   * @param nowMs The time.
   * @returns The command for the pilot; null: it may go on.
   */
  update(parameters: Readonly<Record<string, unknown>>, nowMs: number): string | null {
    const { job_status: status, attempt_nr: attempt } = parameters;
    if (attempt !== undefined && attempt !== this.attempt) return "badattemptnr";
    if (["finished", "failed", "cancelled", "closed"].includes(this.status)) return "tobekilled";
    if (this.status === "holding") return "alreadydone";
    if (status !== "finished" && status !== "failed") {
      this.#enter(String(status), nowMs);
      return null;
    }
    // The server holds it until its output was looked at.
    this.ends++;
    this.end = parameters;
    this.#enter("holding", nowMs);
    return null;
  }

  /** Looks at the report of its output and ends it (`AdderGen.parse_job_output_report`). */
  putAway(nowMs: number): void {
    const isGood = this.end?.["job_status"] === "finished" && this.#isReported();
    this.#enter(isGood ? "finished" : "failed", nowMs);
  }

  #isReported(): boolean {
    const report = JSON.parse(String(this.end?.["job_output_report"] ?? "{}"));
    return this.outputs.every((lfn) => {
      const { guid, fsize, adler32, md5sum } = Object(report[lfn]);
      return typeof guid === "string" && Number.isInteger(fsize) &&
        (/^[0-9a-f]{8}$/.test(adler32) || /^[0-9a-f]{32}$/.test(md5sum));
    });
  }

  #enter(status: string, atMs: number): void {
    if (status !== this.status) this.states.push({ status, atMs });
  }
}
