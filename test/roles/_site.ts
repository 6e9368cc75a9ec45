/**
 * A site in one process and in virtual time: broker, queue, file server, managers, agents, and peers
 * moved by hand.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { JobRecord, SubmitOptions } from "../../lib/jobs/job_store.ts";
import { type RedisCalls, RedisError } from "../../lib/jobs/redis_calls.ts";
import { RedisJobStore, type RedisJobStoreOptions } from "../../lib/jobs/redis_job_store.ts";
import { makeInputDirectory } from "../../lib/jobs/chirp_folder.ts";
import { createLogger, type MemorySink, memorySink } from "../../lib/log.ts";
import type { Host } from "../../lib/machine/host.ts";
import type { Job } from "../../lib/protocol/job.ts";
import { seededRandom } from "../../lib/random.ts";
import { Agent } from "../../roles/agent.ts";
import type { AgentOptions } from "../../roles/agent/options.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import type { JobManagerOptions } from "../../roles/jobmanager/options.ts";
import { MemoryWorkspace } from "../../sim/machine/memory_workspace.ts";
import { modelRunner, type ModelRunnerOptions } from "../../sim/machine/model_runner.ts";
import { memoryRedisCalls, RedisStore } from "../../sim/redis/mod.ts";
import { VirtualClock } from "../../sim/world/virtual_clock.ts";
import { Broker, memoryLink } from "../../sim/xmpp/mod.ts";
import { Hand } from "./_hand.ts";
import { memoryTransfer } from "./_memory_transfer.ts";
import { Life, mortal, mortalLink } from "./_mortal.ts";
import { Wire } from "./_wire.ts";

/** Bare JID of the managers of every site. */
export const MANAGER = "jobmanager@localhost";
/** Address of the file server. */
export const CHIRP = "chirp.localhost:9094";

/** Options of a {@linkcode Site}. */
export interface SiteOptions {
  readonly seed?: number | undefined;
  readonly store?: RedisJobStoreOptions | undefined;
  /** What the broker does with messages to who is away. Default: an error comes back. */
  readonly offline?: "error" | "store" | undefined;
}

/** A role at work. */
export interface Process<Role> {
  readonly role: Role;
  readonly life: Life;
  readonly log: MemorySink;
  /** Settles when the role has stopped. */
  readonly running: Promise<void>;
  /** Stops it in good order. */
  stop(): Promise<void>;
}

/** An agent at work, with its own disk. */
export interface AgentProcess extends Process<Agent> {
  readonly disk: MemoryWorkspace;
}

/** What an agent of the site may have otherwise. */
export type AgentSetup = Partial<AgentOptions> & {
  readonly user?: string | undefined;
  readonly resource?: string | undefined;
  readonly job?: Partial<ModelRunnerOptions> | undefined;
  /** Files on the agent's machine. */
  readonly files?: readonly string[] | undefined;
  readonly life?: Life | undefined;
};

/** What a manager of the site may have otherwise. */
export type ManagerSetup = Partial<JobManagerOptions> & {
  readonly user?: string | undefined;
  readonly resource?: string | undefined;
  readonly life?: Life | undefined;
};

/** A whole site. */
export class Site implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly broker: Broker;
  readonly redis: RedisStore;
  /** The queue's Redis, to look at it and to do what the original does. */
  readonly calls: RedisCalls;
  /** The queue as the test sees it, whatever the roles are cut off from. */
  readonly store: RedisJobStore;
  readonly chirp: MemoryWorkspace;
  readonly done: MemoryWorkspace;
  readonly wire: Wire;
  /** True while the file server cannot be reached. */
  chirpIsDown = false;
  /** True while no command of the roles reaches Redis. */
  redisIsDown = false;
  readonly #seed: number;
  readonly #storeOfRoles: RedisJobStore;
  readonly #processes: Process<unknown>[] = [];
  readonly #hands: Hand[] = [];
  #made = 0;

  /** @param options See {@linkcode SiteOptions}. */
  constructor(options: SiteOptions = {}) {
    const { clock } = this;
    this.#seed = options.seed ?? 1;
    this.broker = new Broker({
      domain: "localhost",
      autoRegister: true,
      offline: options.offline ?? "error",
      clock,
      random: this.random(),
    });
    this.redis = new RedisStore({ clock, random: this.random() });
    this.calls = memoryRedisCalls(this.redis);
    this.store = new RedisJobStore(this.calls, options.store);
    this.#storeOfRoles = new RedisJobStore(this.#fallible(this.calls), options.store);
    this.chirp = new MemoryWorkspace({ root: "/chirp", clock });
    this.done = new MemoryWorkspace({ root: "/done", clock });
    this.wire = new Wire(() => clock.now(), (delayMs, callback) => clock.after(delayMs, callback));
  }

  /** A source of chance of its own for whoever asks. */
  random() {
    return seededRandom(this.#seed * 1000 + this.#made++);
  }

  /** Starts a manager. */
  manager(setup: ManagerSetup = {}): Process<JobManager> {
    const { life = new Life(), user = "jobmanager", resource = `m${this.#made}`, ...options } =
      setup;
    const log = memorySink();
    const role = new JobManager({
      link: this.#link(user, resource, "manager", life),
      store: mortal(this.#storeOfRoles, "store", life),
      chirpFolder: mortal(this.chirp, "chirp", life),
      doneFolder: mortal(this.done, "done", life),
      chirpAddress: CHIRP,
      log: createLogger({ sinks: [log], clock: this.clock }),
      clock: this.clock,
      random: this.random(),
      ...options,
    });
    return this.#run(role, life, log);
  }

  /** Starts an agent. */
  agent(setup: AgentSetup = {}): AgentProcess {
    const { life = new Life(), user = "agent", job = {}, files = [], ...options } = setup;
    const { resource = `a${this.#made}` } = setup;
    const log = memorySink();
    const disk = new MemoryWorkspace({ root: "/work", clock: this.clock });
    const random = this.random();
    const { clock } = this;
    const role = new Agent({
      manager: MANAGER,
      link: this.#link(user, resource, user, life),
      host: modelHost(files),
      workspace: mortal(disk, "disk", life),
      runner: mortal(modelRunner({ clock, random, workspace: disk, ...job }), "runner", life),
      openTransfer: () => mortal(this.#transfer(disk), "transfer", life),
      log: createLogger({ sinks: [log], clock }),
      clock,
      random,
      ...options,
    });
    return { ...this.#run(role, life, log), disk };
  }

  /** Brings a peer moved by hand online. */
  hand(user: string, resource = "hand"): Hand {
    const { broker, clock } = this;
    const link = memoryLink(broker, { user, resource, clock, random: this.random() });
    const hand = new Hand(this.wire.tap(link, user));
    this.#hands.push(hand);
    return hand;
  }

  /** Cuts everybody off and lets nobody in again. */
  closeAccounts(): void {
    Object.assign(this.broker.accounts, { enter: () => false });
    this.broker.kill();
  }

  /** Puts a job into the queue; its input is the script `run.sh`. */
  async submit(id: string, more: Partial<Job> & SubmitOptions = {}): Promise<string> {
    const job = {
      id,
      chirpUrl: CHIRP,
      inputDir: `${id}.input`,
      inputFiles: ["run.sh"],
      command: "run.sh",
      arguments: "",
      environment: "",
      packages: "",
      ...more,
    };
    await this.makeInput(job.inputDir);
    await this.store.submit(job, more);
    return id;
  }

  /** Makes a directory with the input file `run.sh`. */
  async makeInput(directory: string): Promise<void> {
    await makeInputDirectory(this.chirp, directory);
    await this.chirp.writeText(`${directory}/run.sh`, "#!/bin/sh\n");
  }

  /** Lets time pass. */
  async pass(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  /** A job's record, which must exist. */
  async job(id: string): Promise<JobRecord> {
    const job = await this.store.get(id);
    assert(job !== undefined, `There is no job ${id}`);
    return job;
  }

  /** Events of a job's history. */
  async events(id: string): Promise<string[]> {
    return (await this.store.history(id)).map(({ event }) => event);
  }

  /** Checks that a job has ended once and, if it succeeded, that its output is kept. */
  async assertEndedOnce(id: string, state: "succeeded" | "failed" = "succeeded"): Promise<void> {
    const job = await this.job(id);
    const history = await this.store.history(id);
    const story = history.map(({ event, reason = "" }) => `${event} ${reason}`.trimEnd());
    assertEquals(job.state, state, story.join("; "));
    assertEquals(history.filter(({ event }) => event === state).length, 1, story.join("; "));
    if (state === "failed") return;
    assert(await this.done.exists(job.archive ?? ""), `${id}: its archive is missing`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { life } of this.#processes) life.kill();
    for (const hand of this.#hands) await hand.leave();
    await this.clock.advance(0);
    this.redis[Symbol.dispose]();
  }

  #run<Role extends { run(signal: AbortSignal): Promise<void> }>(
    role: Role,
    life: Life,
    log: MemorySink,
  ): Process<Role> {
    const controller = new AbortController();
    const running = role.run(controller.signal);
    // Whoever waits for the end sees the error; a killed process has nobody who does.
    running.catch(() => {});
    const stop = async () => {
      controller.abort(new Error("Stopped by the test"));
      await this.clock.advance(0);
      await running;
    };
    const process = { role, life, log, running, stop };
    this.#processes.push(process);
    return process;
  }

  #link(user: string, resource: string, party: string, life: Life) {
    const { broker, clock } = this;
    const link = memoryLink(broker, { user, resource, clock, random: this.random() });
    return mortalLink(this.wire.tap(link, party), life);
  }

  #transfer(local: MemoryWorkspace) {
    return memoryTransfer({
      server: this.chirp,
      local,
      address: "10.0.0.1",
      isDown: () => this.chirpIsDown,
    });
  }

  #fallible(calls: RedisCalls): RedisCalls {
    const isDown = () => this.redisIsDown;
    return {
      get connected() {
        return !isDown();
      },
      call: (command) =>
        isDown()
          ? Promise.reject(new RedisError(`Cannot call ${command[0]}: Redis is down`))
          : calls.call(command),
      [Symbol.asyncDispose]: () => calls[Symbol.asyncDispose](),
    };
  }
}

/** A machine that has some files and nothing else to tell. */
export function modelHost(files: readonly string[] = []): Host {
  return {
    identity: () =>
      Promise.resolve({ name: "vm.localhost", platform: "Linux-x86_64", kernelRelease: "6.18.44" }),
    load: () => Promise.resolve({ oneMinute: 0, fiveMinutes: 0, fifteenMinutes: 0 }),
    memory: () =>
      Promise.resolve({
        totalMiB: 24105,
        freeMiB: 23365,
        availableMiB: 23365,
        swapTotalMiB: 0,
        swapFreeMiB: 0,
      }),
    disks: () => Promise.resolve([]),
    networks: () => Promise.resolve([]),
    processes: () => Promise.resolve([]),
    freeDiskKiB: () => Promise.resolve(82256632),
    exists: (path) => Promise.resolve(files.includes(path)),
  };
}
