/**
 * A sandbox in the test's process, for tools that run as processes of their own.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { JobRecord, JobStore } from "../../lib/jobs/job_store.ts";
import { openQueue } from "../../lib/jobs/open_queue.ts";
import { type Submission, submitJobs } from "../../lib/jobs/submission.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import type { SandboxAddresses } from "../../sim/sandbox_config.ts";
import { startSandbox } from "../../sim/sandbox.ts";
import {
  type Program,
  type ProgramName,
  type ProgramOptions,
  type ProgramResult,
  runProgram,
  startProgram,
} from "./_program.ts";

/** How a job ends that no agent runs. */
export interface Ending {
  readonly outcome?: "succeeded" | "failed";
  /** Its archive, relative to the folder of finished jobs. */
  readonly archive?: string;
}

/** A site without roles: the test does what they would. */
export class ToolSite implements AsyncDisposable {
  readonly addresses: SandboxAddresses;
  readonly store: JobStore;
  /** Scratch folder of the test. */
  readonly directory: string;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    addresses: SandboxAddresses,
    store: JobStore,
    directory: string,
    resources: AsyncDisposableStack,
  ) {
    this.addresses = addresses;
    this.store = store;
    this.directory = directory;
    this.#resources = resources;
  }

  /** Opens a site in a temporary folder. */
  static async open(): Promise<ToolSite> {
    await using resources = new AsyncDisposableStack();
    const directory = await Deno.makeTempDir({ prefix: "copilot_tools_" });
    resources.defer(() => Deno.remove(directory, { recursive: true }));
    const { addresses } = resources.use(
      await startSandbox({ directory: join(directory, "site"), durable: false }),
    );
    const queue = resources.use(
      await openQueue({
        redisServer: addresses.hostname,
        redisPort: addresses.ports.redis,
        redisPassword: undefined,
        waitingJobsList: "waiting_jobs",
        queueOrder: "fifo",
        leases: true,
        maxAttempts: 5,
      }),
    );
    return new ToolSite(addresses, queue.store, directory, resources.move());
  }

  /** Runs a tool to its end. */
  run(name: ProgramName, args: readonly string[], more: ProgramOptions = {}) {
    return runProgram(name, this.#options(args, more));
  }

  /** Starts a tool; it is killed at the latest with the site. */
  start(name: ProgramName, args: readonly string[], more: ProgramOptions = {}): Program {
    return this.#resources.use(startProgram(name, this.#options(args, more)));
  }

  /** Submits a job. */
  async submit(submission: Partial<Submission> = {}): Promise<string> {
    const [id = ""] = await submitJobs({ command: "true", ...submission }, {
      store: this.store,
      chirpFolder: diskWorkspace(this.addresses.directories.chirp),
      chirpAddress: `127.0.0.1:${this.addresses.ports.chirp}`,
    });
    return id;
  }

  /** Does what manager and agent do with the next job. */
  async finishNext(ending: Ending = {}): Promise<string> {
    const agent = "agent@localhost/test";
    const { lease } = await this.store.lease({
      agent,
      manager: "jobmanager@localhost/test",
      leaseSeconds: 60,
      unacknowledgedSeconds: 60,
    });
    assert(lease !== undefined, "There is no job to finish");
    const { job: { id }, token } = lease;
    await this.store.confirm(id, token, 60);
    const { outcome = "succeeded", archive } = ending;
    const exitCode = outcome === "succeeded" ? 0 : 3 << 8;
    const result = await this.store.complete({
      id,
      token,
      agent: "agent@localhost",
      outcome,
      exitCode,
      archive,
    });
    assertEquals(result, "done");
    return id;
  }

  /** A job's record. */
  async job(id: string): Promise<JobRecord> {
    const job = await this.store.get(id);
    assert(job !== undefined, `There is no job ${id}`);
    return job;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  #options(args: readonly string[], more: ProgramOptions): ProgramOptions {
    const env = { COPILOT_CONFIG: this.addresses.directories.config, ...more.env };
    return { ...more, args, env };
  }
}

/** Checks exit code and, by a pattern, what was said about it. */
export function assertEnded(result: ProgramResult, code: number, said?: RegExp): void {
  assertEquals(result.code, code, `${result.stdout}${result.stderr}`);
  if (said !== undefined) assert(said.test(result.stderr), `${said}: ${result.stderr}`);
}
