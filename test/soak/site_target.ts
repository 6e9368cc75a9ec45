/**
 * A whole site that is soaked: a manager and agents that stay, others that come, go and are killed, servers
 * that are restarted, and jobs all the while.
 *
 * @module
 */
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import { type RedisCalls, RedisError } from "../../lib/jobs/redis_calls.ts";
import { createLogger, lineSink } from "../../lib/log.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { purgeFinished } from "../../roles/jobmanager/retention.ts";
import { type Servers, Site } from "../live/_site.ts";
import type { Program } from "../tools/_program.ts";
import { Disturbances } from "./disturbances.ts";
import { countEntries, idIn } from "./files.ts";
import { readProcess, SETTLING } from "./steady_process.ts";
import type { Reading, SoakTarget } from "./target.ts";

/** Jobs of a round. */
const JOBS = 10;
/** Agents that stay, in one process. */
const STEADY_AGENTS = 4;
/** More jobs than are known at a time, and as many as the store lists. */
const MOST_JOBS = 1000;
/** Longest time for the jobs of a round, in milliseconds. */
const LIMIT_MS = 120_000;
/**
 * Age at which a finished job is forgotten, in seconds: messages about it that were not acknowledged are
 * sent again for a while, and a manager that knows the job no longer makes a directory for it anew.
 */
const FORGET_S = 25;
/** Time between two looks, in milliseconds. */
const LOOK_MS = 50;
const SCRIPT = "#!/bin/sh\nsleep 0.2\ncat data.txt\n";

/** How a site's servers are started. */
export interface SiteKind<S extends Servers> {
  readonly name: string;
  /** Starts the servers; `environment` is for those that are programs of ours. */
  readonly start: (
    directory: string,
    environment: Readonly<Record<string, string>>,
  ) => Promise<S>;
  /** Server processes of ours, to be counted, too. */
  readonly processes: (servers: S) => readonly (readonly [name: string, program: Program])[];
  /** Name of the servers that are restarted, by how seldom: in one of so many disturbances. */
  readonly restarts: Readonly<Record<string, number>>;
  /** Seed of the disturbances. */
  readonly seed: number;
}

/** A site with its roles. */
export class SiteTarget<S extends Servers> implements SoakTarget, AsyncDisposable {
  readonly name: string;
  /** Until jobs are forgotten as fast as they come, their number grows. */
  readonly warmUpMs = (FORGET_S + 10) * 1000;
  readonly #site: Site<S>;
  readonly #redis: RedisCalls;
  readonly #steady: () => readonly (readonly [name: string, program: Program])[];
  readonly #disturbances: Disturbances;
  readonly #command: string;
  readonly #data: string;
  readonly #temporary: string;
  readonly #resources: AsyncDisposableStack;

  private constructor(parts: {
    readonly kind: SiteKind<S>;
    readonly site: Site<S>;
    readonly redis: RedisCalls;
    readonly roles: readonly (readonly [name: string, program: Program])[];
    readonly disturbances: Disturbances;
    readonly files: readonly [command: string, data: string];
    readonly temporary: string;
    readonly resources: AsyncDisposableStack;
  }) {
    const { kind, site, roles } = parts;
    this.name = kind.name;
    this.#site = site;
    this.#redis = parts.redis;
    this.#steady = () => [...roles, ...kind.processes(site.servers)];
    this.#disturbances = parts.disturbances;
    [this.#command, this.#data] = parts.files;
    this.#temporary = parts.temporary;
    this.#resources = parts.resources;
  }

  /** Starts the site. */
  static async open<S extends Servers>(kind: SiteKind<S>): Promise<SiteTarget<S>> {
    await using resources = new AsyncDisposableStack();
    const temporary = await Deno.makeTempDir({ prefix: "copilot_soak_" });
    resources.defer(() => Deno.remove(temporary, { recursive: true }));
    const environment = { ...SETTLING.env, TMPDIR: temporary };
    const site = resources.use(
      await Site.open((directory) => kind.start(directory, environment)),
    );
    const { hostname, ports } = site.servers.addresses;
    const redis = resources.use(await connectRedis({ host: hostname, port: ports.redis }));
    const settling = { preload: SETTLING.preload, env: environment };
    const manager = await site.startRole("jobmanager", settling);
    const accounts = Array.from({ length: STEADY_AGENTS }, () => "agent");
    const agents = await site.startFleet(accounts, settling);
    return new SiteTarget({
      kind,
      site,
      redis,
      roles: [["manager", manager], ["agents", agents]],
      disturbances: await Disturbances.begin({
        startRole: (name) => site.startRole(name, { env: environment }),
        servers: site.servers.killable,
        restarts: kind.restarts,
        redis,
        seed: kind.seed,
      }),
      files: [await site.file("soak.sh", SCRIPT), await site.file("data.txt", "soaked\n")],
      temporary,
      resources: resources.move(),
    });
  }

  async round(): Promise<string> {
    const ids = await this.#site.submit({
      command: this.#command,
      inputFiles: [this.#data],
      number: JOBS,
      maxAttempts: 20,
    });
    const what = await this.#disturbances.next();
    await this.#site.untilEnded(ids, LIMIT_MS);
    await this.#site.assertEndedOnce(ids);
    await this.#agentsAtRest();
    await this.#forgetJobs();
    return what;
  }

  async read(): Promise<readonly Reading[]> {
    const { directories } = this.#site.servers.addresses;
    const { chirp, done, work } = directories;
    const folders = { chirp, done, work, temporary: this.#temporary };
    const readings: Reading[] = [];
    for (const [name, program] of this.#steady()) {
      readings.push(...await readProcess(name, program));
    }
    const jobs = await this.#knownJobs();
    const keys = await this.#redis.call(["KEYS", "*"]);
    const left = Array.isArray(keys) ? keys.filter((key) => !jobs.has(idIn(String(key)))) : [];
    readings.push({ name: "redis keys", kind: "keys", value: left.length, life: 0 });
    for (const [name, folder] of Object.entries(folders)) {
      const value = await countEntries(folder, jobs);
      readings.push({ name: `${name} files`, kind: "files", value, life: 0 });
    }
    return readings;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  /** Waits until no agent is at a job: it removes the job's directory when its report is acknowledged. */
  async #agentsAtRest(): Promise<void> {
    const { work } = this.#site.servers.addresses.directories;
    const endMs = performance.now() + LIMIT_MS;
    for (;;) {
      const own = Array.from(Deno.readDirSync(work), ({ name }) => name);
      const folders = own.filter((name) => /^agent-[0-9a-f]+$/.test(name));
      const locks = own.filter((name) => name.endsWith(".lock"));
      const entries = await countEntries(work);
      if (entries === folders.length + locks.length) return;
      if (performance.now() > endMs) throw new Error(`${this.name}: agents come to no rest`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Ids of all jobs that are not forgotten, and those that their input directories bear. */
  async #knownJobs(): Promise<ReadonlySet<string>> {
    const jobs = await this.#site.store.list({ limit: MOST_JOBS });
    return new Set(jobs.flatMap(({ id, description }) => [id, idIn(description.inputDir)]));
  }

  /** Forgets jobs as managers do in their own time; tries again while Redis is away. */
  async #forgetJobs(): Promise<void> {
    const { directories } = this.#site.servers.addresses;
    const site = {
      store: this.#site.store,
      chirpFolder: diskWorkspace(directories.chirp),
      doneFolder: diskWorkspace(directories.done),
      log: createLogger({ sinks: [lineSink(Deno.stderr, { minLevel: "warning" })] }),
    };
    const endMs = performance.now() + LIMIT_MS;
    for (;;) {
      try {
        await purgeFinished({ jobSeconds: FORGET_S, archives: true }, site);
        return;
      } catch (error) {
        if (!(error instanceof RedisError) || performance.now() > endMs) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
