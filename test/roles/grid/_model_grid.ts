/**
 * A grid in memory that keeps count: what was given, registered and finished, and how often.
 *
 * @module
 */
import { sleep, systemClock } from "../../../lib/clock.ts";
import {
  type GridAdapter,
  type GridCallOptions,
  GridError,
  type GridHost,
  type GridJob,
  type GridJobRef,
  type GridResult,
  type GridVerdict,
  type InputStage,
  type JobOutput,
} from "../../../lib/grid/adapter.ts";

/** A job of the grid. */
export interface ModelGridJob {
  state: "waiting" | "given" | "running" | "done" | "cancelled";
  /** Name of the request under which it was given. */
  request: string;
  /** Archives in the grid's storage. */
  readonly registered: string[];
  readonly results: GridResult[];
  gaveBack: number;
}

/** The grid. */
export class ModelGrid {
  readonly jobs = new Map<string, ModelGridJob>();
  /** True while it cannot be reached. */
  isDown = false;
  /** True: the next call is answered after 200 ms. */
  isSlow = false;
  /** Jobs whose transfers take until they are broken off. */
  readonly endless = new Set<string>();
  /** Whether it refuses output for good. */
  refusesOutput = false;

  /** Puts a job into its queue. */
  add(id: string): void {
    this.jobs.set(id, { state: "waiting", request: "", registered: [], results: [], gaveBack: 0 });
  }

  /** A job, which must be there. */
  job(id: string): ModelGridJob {
    const job = this.jobs.get(id);
    if (job === undefined) throw new GridError(`There is no job ${id}`, { transient: false });
    return job;
  }

  /** A connection to it. */
  connect(): GridAdapter {
    return new ModelAdapter(this);
  }
}

class ModelAdapter implements GridAdapter {
  readonly grid = "Model";
  readonly #grid: ModelGrid;

  constructor(grid: ModelGrid) {
    this.#grid = grid;
  }

  async offer(_host: GridHost, how?: GridCallOptions): Promise<boolean> {
    await this.#reach(how);
    return [...this.#grid.jobs.values()].some(({ state }) => state === "waiting");
  }

  async take(
    _host: GridHost,
    stage: InputStage,
    request: string,
    how?: GridCallOptions,
  ): Promise<GridJob | undefined> {
    await this.#reach(how);
    const jobs = [...this.#grid.jobs];
    const [id, job] = jobs.find(([, job]) => job.request === request) ??
      jobs.find(([, { state }]) => state === "waiting") ?? [];
    if (id === undefined || job === undefined || job.state === "done") return undefined;
    if (job.state === "waiting") Object.assign(job, { state: "given", request });
    const inputDir = await stage.directoryOf(id);
    await stage.folder.writeText(`${inputDir}/run.sh`, "#!/bin/sh\n");
    return {
      id,
      state: { WORKDIR: `/grid/${id}` },
      job: {
        id,
        inputDir,
        inputFiles: ["run.sh"],
        command: "run.sh",
        arguments: "",
        environment: "",
        packages: "",
      },
    };
  }

  async started({ id }: GridJobRef, _host: string, how?: GridCallOptions): Promise<void> {
    await this.#reach(how);
    const job = this.#grid.job(id);
    if (job.state === "given") job.state = "running";
  }

  async store(
    { id }: GridJobRef,
    { folder, archive }: JobOutput,
    how?: GridCallOptions,
  ): Promise<void> {
    await this.#reach(how);
    if (this.#grid.endless.has(id)) await aborted(how?.signal);
    if (this.#grid.refusesOutput) throw new GridError("No space is left", { transient: false });
    if (!await folder.exists(archive)) {
      throw new GridError(`There is no ${archive}`, { transient: false });
    }
    const { registered } = this.#grid.job(id);
    if (!registered.includes(archive)) registered.push(archive);
  }

  async finish({ id }: GridJobRef, result: GridResult, how?: GridCallOptions): Promise<void> {
    await this.#reach(how);
    const job = this.#grid.job(id);
    if (job.state === "done") return;
    job.state = "done";
    job.results.push(result);
  }

  async giveBack({ id }: GridJobRef, _reason: string, how?: GridCallOptions): Promise<void> {
    await this.#reach(how);
    const job = this.#grid.job(id);
    if (job.state === "given" || job.state === "running") {
      Object.assign(job, { state: "waiting", request: "", gaveBack: job.gaveBack + 1 });
    }
  }

  async heartbeat({ id }: GridJobRef, how?: GridCallOptions): Promise<GridVerdict> {
    await this.#reach(how);
    return this.#grid.job(id).state === "cancelled" ? "cancelled" : "wanted";
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #reach({ signal }: GridCallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#grid.isSlow) {
      this.#grid.isSlow = false;
      await sleep(systemClock, 200, { signal });
    }
    if (this.#grid.isDown) throw new GridError("The grid is away", { transient: true });
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
