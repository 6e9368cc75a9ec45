/**
 * A real site in a temporary folder: servers, a directory of configuration, and roles as processes. The
 * servers are Prosody, redis-server and chirp_server, or a sandbox that is a process of its own.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { HistoryEntry, JobRecord, JobStore } from "../../lib/jobs/job_store.ts";
import { isFinal, type JobState } from "../../lib/jobs/job_state.ts";
import { openQueue } from "../../lib/jobs/open_queue.ts";
import { RedisError } from "../../lib/jobs/redis_calls.ts";
import { type Submission, submitJobs } from "../../lib/jobs/submission.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { type SandboxAddresses, writeSandboxConfig } from "../../sim/sandbox_config.ts";
import { freePort } from "../_free_port.ts";
import {
  type Program,
  type ProgramName,
  type ProgramOptions,
  startProgram,
} from "../tools/_program.ts";
import { hasChirpServer, startChirpServer } from "./chirp_server.ts";
import { hasRedisServer, type RedisServerProcess, startRedisProcess } from "./redis_server.ts";
import { hasProsody, type ProsodyServer, startProsody } from "./xmpp_server.ts";

/** Programs that a real site needs and this machine lacks. */
export const MISSING: readonly string[] = [
  ...hasProsody ? [] : ["prosody"],
  ...hasRedisServer ? [] : ["redis-server"],
  ...hasChirpServer ? [] : ["chirp_server"],
];

/** Accounts `agent-1`, `agent-2` … of a real site, beside `agent`. */
export const AGENT_ACCOUNTS = 50;
/** Time between two looks at the queue, in milliseconds. */
const LOOK_MS = 50;

/** A server that can be killed with SIGKILL and started again where it was. */
export interface Server {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** Servers of a site. */
export interface Servers extends AsyncDisposable {
  readonly addresses: SandboxAddresses;
  /** The servers that can be killed, by name. */
  readonly killable: Readonly<Record<string, Server>>;
}

/**
 * Registers a test that needs the real servers; it is ignored, under a name that says why, where one is
 * not installed.
 */
export function siteTest(name: string, fn: () => Promise<void>): void {
  const ignore = MISSING.length > 0;
  Deno.test({ name: ignore ? `${name} (not installed: ${MISSING.join(", ")})` : name, ignore, fn });
}

/**
 * Starts Prosody, redis-server with an append-only file, and chirp_server.
 *
 * @param directory An empty directory.
 * @param options `tls`: Prosody offers TLS, or lets in TLS 1.2 alone, by the certificate of the fixtures; `xmpp`: where Prosody
 *   listens, for programs that know one port only (default: the host of the others, a free port);
 *   `accounts`: names of more accounts.
 */
export async function startServers(
  directory: string,
  options: {
    readonly tls?: boolean | "tlsv1_2";
    readonly xmpp?: { readonly host: string; readonly port: number };
    readonly accounts?: readonly string[];
  } = {},
): Promise<Servers & { readonly prosody: ProsodyServer; readonly redis: RedisServerProcess }> {
  const { tls = false, xmpp = {}, accounts: more = [] } = options;
  const names = Array.from({ length: AGENT_ACCOUNTS }, (_, index) => `agent-${index + 1}`);
  const accounts = new Map(["jobmanager", "agent", "heartbeat", ...names, ...more].map((name) => {
    return [name, "the-password"];
  }));
  await using started = new AsyncDisposableStack();
  let prosody = await startProsody({ ...xmpp, accounts, tls });
  started.defer(() => prosody[Symbol.asyncDispose]());
  const redis = started.use(await startRedisProcess({ appendOnly: true }));
  const chirp = started.use(await startChirpServer({ acl: "address:* l\n" }));
  const addresses: SandboxAddresses = {
    hostname: redis.host,
    domain: prosody.domain,
    rooms: prosody.mucDomain,
    ports: { xmpp: prosody.port, redis: redis.port, chirp: chirp.port },
    directories: {
      config: directory,
      chirp: chirp.root,
      done: join(directory, "done"),
      work: join(directory, "work"),
    },
  };
  await writeSandboxConfig({ addresses, passwords: accounts, watch: undefined, settings: {} });
  const { port } = prosody;
  const servers = started.move();
  return {
    addresses,
    prosody,
    redis,
    killable: {
      Prosody: {
        kill: async () => await prosody[Symbol.asyncDispose](),
        restart: async () => {
          prosody = await startProsody({ ...xmpp, accounts, tls, port });
        },
      },
      "redis-server": redis,
    },
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
}

/**
 * Starts the sandbox as a process.
 *
 * @param directory Its directory.
 * @param options How the process is started.
 */
export async function startSandboxProcess(
  directory: string,
  options: Pick<ProgramOptions, "preload" | "env" | "args"> = {},
): Promise<Servers & { readonly process: () => Program }> {
  const ports = ["xmpp", "redis", "chirp"].map((name) => `--${name}-port=${freePort()}`);
  const start = async () => {
    const program = startProgram("sandbox", {
      ...options,
      args: ["--dir", directory, "--json", ...ports, ...options.args ?? []],
    });
    try {
      return { program, addresses: JSON.parse(await program.printed(/^\{/)) as SandboxAddresses };
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
  };
  const { addresses, ...first } = await start();
  let { program } = first;
  return {
    addresses,
    process: () => program,
    killable: {
      sandbox: {
        kill: () => program[Symbol.asyncDispose](),
        restart: async () => {
          ({ program } = await start());
        },
      },
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Settings of the roles under test: short silences, quick requests. */
const QUICK = {
  JM_LEASE_SILENCE: "3",
  AGENT_REQUEST_INTERVAL: "1",
  AGENT_REQUEST_INTERVAL_MAX: "2",
};

/** A site: servers, the queue as the test sees it, and the processes started on it. */
export class Site<S extends Servers = Servers> implements AsyncDisposable {
  readonly servers: S;
  /** The queue. Its calls reject while Redis is down. */
  readonly store: JobStore;
  /** Scratch folder of the test. */
  readonly directory: string;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    servers: S,
    store: JobStore,
    directory: string,
    resources: AsyncDisposableStack,
  ) {
    this.servers = servers;
    this.store = store;
    this.directory = directory;
    this.#resources = resources;
  }

  /**
   * Opens a site in a temporary folder.
   *
   * @param start Starts its servers with that folder.
   */
  static async open<S extends Servers>(start: (directory: string) => Promise<S>): Promise<Site<S>> {
    await using resources = new AsyncDisposableStack();
    const directory = await Deno.makeTempDir({ prefix: "copilot_site_" });
    resources.defer(() => Deno.remove(directory, { recursive: true }));
    const config = join(directory, "site");
    await Deno.mkdir(config);
    const servers = resources.use(await start(config));
    const { hostname, ports } = servers.addresses;
    const queue = resources.use(
      await openQueue({
        redisServer: hostname,
        redisPort: ports.redis,
        redisPassword: undefined,
        waitingJobsList: "waiting_jobs",
        queueOrder: "fifo",
        leases: true,
        maxAttempts: 5,
      }),
    );
    return new Site(servers, queue.store, directory, resources.move());
  }

  /** Environment of roles and tools of this site. */
  get environment(): Readonly<Record<string, string>> {
    return { ...QUICK, COPILOT_CONFIG: this.servers.addresses.directories.config };
  }

  /** Starts a role or tool of this site; it is killed at the latest with the site. */
  start(name: ProgramName, options: ProgramOptions = {}): Program {
    const program = startProgram(name, {
      ...options,
      env: { ...this.environment, ...options.env },
    });
    return this.#resources.use(program);
  }

  /** Starts a role and waits until it is online. */
  async startRole(name: "agent" | "jobmanager", options: ProgramOptions = {}): Promise<Program> {
    const role = this.start(name, options);
    await role.logged(/Online as/);
    return role;
  }

  /** Starts agents that share one process and waits until all are online. */
  async startFleet(accounts: readonly string[], options: ProgramOptions = {}): Promise<Program> {
    const fleet = this.start("agent", {
      ...options,
      module: "test/live/_fleet.ts",
      args: accounts,
    });
    await fleet.logged(/Online as/, accounts.length);
    return fleet;
  }

  /** Writes a file into the scratch folder; returns its path. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.directory, name);
    await Deno.writeTextFile(path, text);
    return path;
  }

  /** Submits jobs, as the submit tool does. */
  submit(submission: Submission): Promise<readonly string[]> {
    const { hostname, ports, directories } = this.servers.addresses;
    return submitJobs(submission, {
      store: this.store,
      chirpFolder: diskWorkspace(directories.chirp),
      chirpAddress: `${hostname}:${ports.chirp}`,
    });
  }

  /** A job's record. */
  async job(id: string): Promise<JobRecord> {
    const job = await this.store.get(id);
    assert(job !== undefined, `There is no job ${id}`);
    return job;
  }

  /** Waits until all jobs are in a state that suits. */
  async until(
    ids: readonly string[],
    suits: (state: JobState) => boolean,
    limitMs = 60_000,
  ): Promise<void> {
    const endMs = performance.now() + limitMs;
    let left = ids;
    for (;;) {
      left = await this.#others(left, suits);
      if (left.length === 0) return;
      if (performance.now() > endMs) throw new Error(await this.#describe(left, limitMs));
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Waits until all jobs have ended. */
  async untilEnded(ids: readonly string[], limitMs?: number): Promise<void> {
    await this.until(ids, isFinal, limitMs);
  }

  /** Checks that each job ended exactly once, and that the output of those that ran is there. */
  async assertEndedOnce(ids: readonly string[], state: "succeeded" | "failed" = "succeeded") {
    for (const id of ids) {
      const [job, history] = await Promise.all([this.job(id), this.store.history(id)]);
      const endings = history.filter(({ event }) => isFinal(event as JobState));
      assertEquals([job.state, endings.length], [state, 1], `${id}:\n${story(history)}`);
      const { size } = await Deno.stat(this.archiveOf(job));
      assert(size > 0, `${id}: its archive is empty`);
    }
  }

  /** Path of a job's archive. */
  archiveOf(job: JobRecord): string {
    assert(job.archive !== undefined, `Job ${job.id} has no archive: ${job.reason}`);
    return join(this.servers.addresses.directories.done, job.archive);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  /** Those of the jobs that are in no suitable state; all of them while Redis is down. */
  async #others(ids: readonly string[], suits: (state: JobState) => boolean): Promise<string[]> {
    const others = await Promise.all(ids.map(async (id) => {
      try {
        const job = await this.store.get(id);
        return job === undefined || !suits(job.state) ? [id] : [];
      } catch (error) {
        if (!(error instanceof RedisError)) throw error;
        return [id];
      }
    }));
    return others.flat();
  }

  async #describe(ids: readonly string[], limitMs: number): Promise<string> {
    const stories = await Promise.all(
      ids.slice(0, 3).map(async (id) => `${id}:\n${story(await this.store.history(id))}`),
    );
    return `Waited ${limitMs} ms in vain for ${ids.length} jobs, such as\n${stories.join("\n")}`;
  }
}

/** A job's history as lines. */
function story(history: readonly HistoryEntry[]): string {
  return history.map(({ atMs, event, agent = "", reason = "" }) => {
    return `  ${new Date(atMs).toISOString()} ${event} ${agent} ${reason}`.trimEnd();
  }).join("\n");
}

/** Runs a program of the system; returns what it prints. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  const decoder = new TextDecoder();
  assert(success, `${program} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
