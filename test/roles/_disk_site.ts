/**
 * A site on the machine: folders on the disk, a Chirp server on loopback, jobs as processes. Only the
 * network of messages and the queue are in memory.
 *
 * @module
 */
import { assert } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { parseChirpAddress } from "../../lib/chirp/address.ts";
import { connectChirp } from "../../lib/chirp/mod.ts";
import { isFinal } from "../../lib/jobs/job_state.ts";
import type { JobRecord } from "../../lib/jobs/job_store.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import { type Submission, submitJobs } from "../../lib/jobs/submission.ts";
import { silentLogger } from "../../lib/log.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { processRunner } from "../../lib/machine/process_runner.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import { Agent } from "../../roles/agent.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { type ChirpServer, startChirpServer } from "../../sim/chirp/mod.ts";
import { memoryRedisCalls, RedisStore } from "../../sim/redis/mod.ts";
import { Broker, memoryLink } from "../../sim/xmpp/mod.ts";
import { MANAGER, modelHost } from "./_site.ts";
import { eventually } from "../_eventually.ts";

/** Where the sample jobs are. */
export const SAMPLE_JOBS = fromFileUrl(new URL("../../fixtures/jobs/", import.meta.url));

/** A site with one manager and one agent. */
export class DiskSite implements AsyncDisposable {
  readonly store: RedisJobStore;
  readonly chirp: Workspace;
  readonly done: Workspace;
  readonly #root: string;
  readonly #redis: RedisStore;
  readonly #server: ChirpServer;
  readonly #stopManager = new AbortController();
  readonly #stopAgent = new AbortController();
  readonly #manager: Promise<void>;
  readonly #agent: Promise<void>;

  private constructor(root: string, server: ChirpServer) {
    this.#root = root;
    this.#server = server;
    this.#redis = new RedisStore();
    this.store = new RedisJobStore(memoryRedisCalls(this.#redis));
    this.chirp = diskWorkspace(join(root, "chirp"));
    this.done = diskWorkspace(join(root, "done"));
    const broker = new Broker({ domain: "localhost", autoRegister: true });
    const log = silentLogger;
    const manager = new JobManager({
      link: memoryLink(broker, { user: "jobmanager" }),
      store: this.store,
      chirpFolder: this.chirp,
      doneFolder: this.done,
      chirpAddress: this.#address,
      log,
    });
    const agent = new Agent({
      manager: MANAGER,
      link: memoryLink(broker, { user: "agent" }),
      host: modelHost(),
      workspace: diskWorkspace(join(root, "work")),
      runner: processRunner({ graceMs: 100, sizeCheckMs: 20 }),
      openTransfer: (address) => connectChirp({ ...parseChirpAddress(address), auth: ["address"] }),
      log,
      times: { requestMs: 20, longestRequestMs: 100 },
    });
    this.#manager = manager.run(this.#stopManager.signal);
    this.#agent = agent.run(this.#stopAgent.signal);
  }

  /** Starts a site in a temporary directory. */
  static async start(): Promise<DiskSite> {
    const root = await Deno.makeTempDir({ prefix: "copilot-site-" });
    for (const name of ["chirp", "done", "work"]) await Deno.mkdir(join(root, name));
    const server = await startChirpServer({ root: join(root, "chirp") });
    return new DiskSite(root, server);
  }

  /** Submits a job and waits for its end. */
  async run(submission: Submission): Promise<JobRecord> {
    const site = { store: this.store, chirpFolder: this.chirp, chirpAddress: this.#address };
    const [id = ""] = await submitJobs(submission, site);
    return await eventually(`the end of job ${id}`, async () => {
      const job = await this.store.get(id);
      assert(job !== undefined);
      return isFinal(job.state) && job;
    }, { lookMs: 5 });
  }

  /** Writes a shell script; returns its path. */
  async script(name: string, text: string): Promise<string> {
    const path = join(this.#root, name);
    await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path;
  }

  /** Unpacks a job's archive; returns where it is, relative to the done folder. */
  async unpack({ id, archive = "" }: JobRecord): Promise<string> {
    await this.done.makeDirectory(`unpacked/${id}`);
    await this.done.unpack(archive, `unpacked/${id}`);
    return `unpacked/${id}`;
  }

  /** Reads a file of a job's output. */
  async output(job: JobRecord, name: string): Promise<string> {
    return await this.done.readText(`${await this.unpack(job)}/${name}`);
  }

  /** Stops both roles in good order: what they were at is done then. */
  async stop(): Promise<void> {
    // The agent first: it waits for the manager's last acknowledgement.
    this.#stopAgent.abort(new Error("The test is over"));
    await this.#agent;
    this.#stopManager.abort(new Error("The test is over"));
    await this.#manager;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#server[Symbol.asyncDispose]();
    this.#redis[Symbol.dispose]();
    await Deno.remove(this.#root, { recursive: true });
  }

  get #address(): string {
    return `127.0.0.1:${this.#server.port}`;
  }
}
