/**
 * A job manager under load: the real role, whose queue is watched as it passes.
 *
 * @module
 */
import { stopwatchMs } from "../../lib/clock.ts";
import { messageOf } from "../../lib/error_message.ts";
import type { CompletionResult, JobStore } from "../../lib/jobs/job_store.ts";
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import type { Link } from "../../lib/messaging/link.ts";
import type { JobManagerOptions } from "../../roles/jobmanager/options.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { JobNumbers } from "./job_numbers.ts";
import { type JobWords, LoadJobs } from "./load_jobs.ts";
import { type Counters, noCounts, type Part, type PartReport } from "./part.ts";
import { watchLink } from "./watched_link.ts";

/** What a manager is told in words, for a process of its own. */
export interface ManagerWords {
  readonly jobs: JobWords;
  /** Address of the file server as agents reach it. */
  readonly chirpAddress: string;
  /** See `JM_LEASE_SILENCE`. */
  readonly silenceSeconds: number;
  /** Form of messages, see `ContainerOptions`. */
  readonly envelope: JobManagerOptions["envelope"];
}

/** Where a manager finds what it needs. */
export interface ManagerSurroundings {
  readonly link: Link;
  /** Connection to Redis; the manager's to close. */
  readonly calls: RedisCalls;
  readonly chirpFolder: Workspace;
  /** Default: output stays in the shared folder. */
  readonly doneFolder?: Workspace | undefined;
}

/** A manager at work. */
export class LoadManager implements Part {
  readonly #counters: Counters = noCounts();
  readonly #links = { sent: 0, online: 0 };
  readonly #calls: RedisCalls;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #online = Promise.withResolvers<void>();
  readonly #ended = new JobNumbers();
  #problem: string | undefined;

  /**
   * Starts the manager.
   *
   * @param words See {@linkcode ManagerWords}.
   * @param surroundings See {@linkcode ManagerSurroundings}.
   */
  constructor(words: ManagerWords, surroundings: ManagerSurroundings) {
    const { jobs, chirpAddress, silenceSeconds, envelope } = words;
    const { link, calls, chirpFolder, doneFolder } = surroundings;
    const counters = this.#counters;
    this.#calls = calls;
    const manager = new JobManager({
      link: watchLink(link, {
        figures: this.#links,
        onOnline: () => this.#online.resolve(),
        now: stopwatchMs,
      }),
      store: watchStore(calls, { jobs: new LoadJobs(jobs), ended: this.#ended, counters }),
      chirpFolder,
      doneFolder,
      chirpAddress,
      silenceSeconds,
      envelope,
      log: { ...silentLogger, error: (message) => this.#problem = message },
    });
    this.#running = manager.run(this.#stop.signal).catch((error) => {
      this.#counters.crashes++;
      this.#problem = `The manager ended: ${messageOf(error)}`;
      this.#online.reject(error);
    });
    // Whoever waits for it hears of it; later nobody does.
    this.#online.promise.catch(() => {});
  }

  /** Resolves when it can be asked for jobs; rejects when it ends before. */
  get online(): Promise<void> {
    return this.#online.promise;
  }

  /** See {@linkcode Part}. Managers are no agents: they do not count as online. */
  report(): Promise<PartReport> {
    return Promise.resolve(this.#report());
  }

  #report(): PartReport {
    return {
      counters: { ...this.#counters, stanzas: this.#links.sent },
      latencies: {},
      cpuSeconds: 0,
      rssBytes: 0,
      problem: this.#problem,
    };
  }

  /** Stops the manager and closes its connection to Redis. */
  async finish(): Promise<PartReport> {
    this.#stop.abort(new Error("The load test is over"));
    await this.#running;
    await this.#calls[Symbol.asyncDispose]();
    return { ...this.#report(), ended: this.#ended.encode() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish();
  }
}

/** Where a store's results are written down. */
interface StoreNotes {
  readonly jobs: LoadJobs;
  /** Jobs that have ended. */
  readonly ended: JobNumbers;
  readonly counters: Counters;
}

/** Makes the store that counts what must be rare, and what must never be. */
function watchStore(calls: RedisCalls, { jobs, ended, counters }: StoreNotes): JobStore {
  class WatchedStore extends RedisJobStore {
    override async complete(...args: Parameters<JobStore["complete"]>): Promise<CompletionResult> {
      const result = await super.complete(...args);
      const number = jobs.number(args[0].id);
      if (result === "done" && number !== undefined && !ended.add(number)) counters.duplicated++;
      return result;
    }

    override async requeue(...args: Parameters<JobStore["requeue"]>) {
      const result = await super.requeue(...args);
      if (result !== "unchanged") counters.requeued++;
      return result;
    }
  }
  return new WatchedStore(calls);
}
