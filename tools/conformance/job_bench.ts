/**
 * Jobs that the suite puts into a manager's queue, in the original's form, and takes away again with all
 * that the manager made of them.
 *
 * @module
 */
import { makeInputDirectory } from "../../lib/jobs/chirp_folder.ts";
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import { formatJobDescription } from "../../lib/protocol/job.ts";
import { type Random, randomUuid } from "../../lib/random.ts";
import { removeTraces } from "./redis_traces.ts";
import type { JobBench, WaitingJob } from "./stage.ts";
import { CaseSkipped } from "./verdict.ts";

/** Options of a {@linkcode SuiteJobs}. */
export interface JobBenchOptions {
  readonly redis: RedisCalls;
  readonly chirp: Workspace;
  readonly done: Workspace | undefined;
  /** Name of the list of waiting jobs. */
  readonly queue: string;
  /** Address of the Chirp server that jobs name. */
  readonly chirpAddress: string;
  readonly random: Random;
}

/** The jobs of one case. */
export class SuiteJobs implements JobBench {
  readonly queue: string;
  readonly redis: RedisCalls;
  readonly chirp: Workspace;
  readonly done: Workspace | undefined;
  readonly #options: JobBenchOptions;
  readonly #ids = new Set<string>();
  readonly #directories = new Set<string>();

  /** @param options See {@linkcode JobBenchOptions}. */
  constructor(options: JobBenchOptions) {
    this.#options = options;
    this.queue = options.queue;
    this.redis = options.redis;
    this.chirp = options.chirp;
    this.done = options.done;
  }

  /** Redis keys and directories that are the jobs' own. */
  get names(): string[] {
    const keys = [...this.#ids].map((id) => `job:${id}:description`);
    return [...keys, ...[...this.#directories].map((name) => this.chirp.path(name))];
  }

  /** Refuses a queue in which somebody's jobs wait: the case would hand them out. */
  async refuseForeignJobs(): Promise<void> {
    const waiting = await this.waiting();
    if (waiting.length === 0) return;
    throw new CaseSkipped(
      `The queue ${this.queue} is not empty; ${waiting.length} in it, such as ${waiting[0]}`,
    );
  }

  /** See {@linkcode JobBench}. */
  async submit(job: Partial<WaitingJob> = {}): Promise<WaitingJob> {
    const id = job.id ?? randomUuid(this.#options.random);
    const whole: WaitingJob = {
      id,
      chirpUrl: this.#options.chirpAddress,
      inputDir: `${id}.input`,
      inputFiles: ["run.sh"],
      command: "run.sh",
      arguments: "",
      environment: "",
      packages: "",
      ...job,
    };
    this.own(id);
    this.#directories.add(whole.inputDir);
    await makeInputDirectory(this.chirp, whole.inputDir);
    await this.chirp.writeText(`${whole.inputDir}/run.sh`, "#!/bin/sh\n", 0o644);
    await this.redis.call(["SET", `job:${id}:description`, formatJobDescription(whole)]);
    await this.redis.call(["LPUSH", this.queue, id]);
    return whole;
  }

  /** See {@linkcode JobBench}. */
  async waiting(): Promise<string[]> {
    const ids = await this.redis.call(["LRANGE", this.queue, 0, -1]);
    return Array.isArray(ids) ? ids.map(String) : [];
  }

  /** See {@linkcode JobBench}. */
  own(id: string): void {
    this.#ids.add(id);
  }

  /**
   * Removes what the jobs have left.
   *
   * @param accounts Local parts of the accounts that asked.
   * @returns Keys and paths that are still there.
   */
  async clear(accounts: readonly string[]): Promise<string[]> {
    if (this.#ids.size === 0 && this.#directories.size === 0 && accounts.length === 0) return [];
    const ids = [...this.#ids];
    const left = await removeTraces(this.redis, { queue: this.queue, ids, accounts });
    return [...left, ...await this.#clearFolders(ids)];
  }

  async #clearFolders(ids: readonly string[]): Promise<string[]> {
    const isOwn = (name: string) =>
      this.#directories.has(name) || ids.some((id) => id !== "" && name.startsWith(id));
    const left: string[] = [];
    for (const name of await this.chirp.list(".")) {
      if (isOwn(name) && !await tryRemove(this.chirp, name)) left.push(this.chirp.path(name));
    }
    const { done } = this;
    if (done === undefined) return left;
    for (const day of await done.list(".")) {
      const archives = await done.list(day).catch((): string[] => []);
      for (const name of archives.filter((archive) => ids.some((id) => archive.startsWith(id)))) {
        if (!await tryRemove(done, `${day}/${name}`)) left.push(done.path(`${day}/${name}`));
      }
    }
    return left;
  }
}

async function tryRemove(folder: Workspace, path: string): Promise<boolean> {
  try {
    await folder.remove(path);
    return true;
  } catch {
    return false;
  }
}
