/**
 * The Generic Job and Storage Manager (report, table 1.1): hands the jobs of its queue to agents and
 * takes their output in.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { type Clock, repeat, systemClock } from "../lib/clock.ts";
import { messageOf } from "../lib/error_message.ts";
import type { JobStore } from "../lib/jobs/job_store.ts";
import { openQueue } from "../lib/jobs/open_queue.ts";
import { machineOf } from "../lib/jobs/requirements.ts";
import { type Logger, openLog } from "../lib/log.ts";
import { UnsafePathError } from "../lib/machine/workspace.ts";
import { type Component, Container, type Reply, type Sender } from "../lib/messaging/container.ts";
import { eventReporter, type Events, silentEvents } from "../lib/messaging/event_reporter.ts";
import { heartbeat, HEARTBEAT_PREFIX } from "../lib/messaging/heartbeat.ts";
import { serve } from "../lib/messaging/serve.ts";
import { reportSystem } from "../lib/messaging/system_readings.ts";
import type {
  Command,
  GetJob,
  GetJobOutputDir,
  JobDone,
  WantGetJob,
} from "../lib/protocol/commands.ts";
import type { Jid } from "../lib/protocol/jid.ts";
import { systemRandom } from "../lib/random.ts";
import { formatJobData, numberOf, parseJobData } from "./jobmanager/job_data.ts";
import { EVENT, reportEnd } from "./jobmanager/job_events.ts";
import { LeaseKeeper } from "./jobmanager/lease_keeper.ts";
import { jobManagerOptions } from "./jobmanager/open_jobmanager.ts";
import { LostCalls } from "./jobmanager/lost_calls.ts";
import { OutputStore } from "./jobmanager/output.ts";
import type { JobManagerOptions } from "./jobmanager/options.ts";
import { conveyedState, redirectOutput } from "./jobmanager/redirect.ts";
import { hostOf, isAboutOutput, isHandBack } from "./jobmanager/requests.ts";
import { purgeFinished } from "./jobmanager/retention.ts";
import { JOBMANAGER_COMPONENT, jobManagerVariables } from "./jobmanager/variables.ts";

/** Sign of life of one agent is stored at most this often a time of silence. */
const TOUCHES_PER_SILENCE = 4;
/** Agents whose last touch is remembered at most. */
const MOST_TOUCHED = 200_000;
/** Stored for a report without a readable exit code: 255. */
const NO_EXIT_CODE = 255 << 8;
/** Time between clean-ups. */
const RETENTION_SWEEP_MS = 60_000;
/** Time between two reports of the queue's length, as in the original. */
const QUEUE_REPORT_MS = 60_000;

/** One manager; any number may share a JID and a queue. */
export class JobManager implements Component {
  readonly #options: JobManagerOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #store: JobStore;
  readonly #container: Container;
  readonly #events: Events;
  readonly #output: OutputStore;
  readonly #keeper: LeaseKeeper;
  readonly #leases: boolean;
  readonly #leaseSeconds: number;
  readonly #silenceSeconds: number;
  readonly #watchMs: number;
  readonly #touchedMs = new Map<string, number>();
  /** Leases whose start is not stored yet: token by job. */
  readonly #unconfirmed = new Map<string, number>();

  /**
   * Puts the parts together; nothing is sent or stored before {@linkcode run}.
   *
   * @param options See {@linkcode JobManagerOptions}.
   */
  constructor(options: JobManagerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log;
    this.#store = options.store;
    this.#leases = options.leases ?? true;
    this.#leaseSeconds = options.leaseSeconds ?? 86_400;
    this.#silenceSeconds = options.silenceSeconds ?? 600;
    this.#watchMs = Math.min(this.#silenceSeconds, this.#leaseSeconds) * 1000;
    this.#output = new OutputStore({
      store: this.#store,
      chirp: options.chirpFolder,
      done: options.doneFolder,
      // A manager that only takes output in knows nothing of jobs of other queues.
      forgottenSeconds: options.mode === "storage" ? undefined : options.retention?.jobSeconds,
      onEnd: (ended) => {
        reportEnd(this.#events, ended);
        options.onEnd?.(ended);
      },
      clock: this.#clock,
      log: this.#log,
    });
    this.#keeper = new LeaseKeeper({
      store: this.#store,
      silenceSeconds: this.#silenceSeconds,
      leaseSeconds: this.#leaseSeconds,
      ping: (agent) => this.#ping(agent),
      findDelivered: (lease) => this.#output.finishDelivered(lease),
      onTakenBack: () => this.#events.happened(EVENT.takenBack),
      clock: this.#clock,
      log: this.#log,
    });
    this.#container = new Container({
      link: options.link,
      component: this,
      plugins: { [HEARTBEAT_PREFIX]: heartbeat({ host: options.host, log: options.log }) },
      room: options.room,
      log: options.log,
      delivery: options.delivery,
      envelope: options.envelope,
      clock: this.#clock,
      random: options.random ?? systemRandom,
    });
    this.#events = options.monitor === undefined ? silentEvents : eventReporter({
      ...options.monitor,
      clock: this.#clock,
      post: (to, command, how) => this.#container.post(to, command, how),
    });
  }

  /**
   * Serves until stopped.
   *
   * @param signal Stops the manager.
   * @throws {LinkRefusedError} When the server refuses the account for good.
   */
  async run(signal: AbortSignal): Promise<void> {
    await serve(this.#container, signal, () => this.#keepHouse());
    this.#log.info("Stopped");
  }

  /** Begins what goes on by itself: watching leases, cleaning up, telling the monitor once a minute. */
  #keepHouse(): AsyncDisposable {
    const { retention, monitor, mode = "both", host } = this.#options;
    const work = new AsyncDisposableStack();
    work.use(this.#repeat(Math.max(500, this.#watchMs / 6), () => this.#sweep()));
    if (retention !== undefined) {
      work.use(this.#repeat(RETENTION_SWEEP_MS, () => purgeFinished(retention, this.#options)));
    }
    if (monitor === undefined) return work;
    if (mode !== "storage") {
      work.use(this.#repeat(QUEUE_REPORT_MS, async () => {
        this.#events.value(EVENT.queuedJobs, await this.#store.waiting());
      }));
    }
    if (host !== undefined) {
      work.use(reportSystem({ host, events: this.#events, clock: this.#clock, log: this.#log }));
    }
    return work;
  }

  /** See {@linkcode Component}. */
  onOnline(): void {
    this.#keeper.online();
  }

  /** See {@linkcode Component}. */
  onOffline(): void {
    this.#keeper.offline();
  }

  /** See {@linkcode Component}. Whatever an agent sends extends its leases. */
  onSignOfLife(jid: Jid): void {
    if (!this.#leases) return;
    const agent = jid.full;
    this.#keeper.heard(agent);
    const nowMs = this.#clock.now();
    const lastMs = this.#touchedMs.get(agent) ?? -Infinity;
    if (nowMs - lastMs < this.#watchMs / TOUCHES_PER_SILENCE) return;
    if (this.#touchedMs.size >= MOST_TOUCHED) this.#touchedMs.clear();
    this.#touchedMs.set(agent, nowMs);
    this.#store.touch(agent, this.#leaseSeconds).catch((error) => {
      this.#log.warning(`Cannot extend the leases of ${agent}: ${messageOf(error)}`);
      // The next sign of life tries again.
      this.#touchedMs.delete(agent);
      this.#keeper.touchFailed(agent);
    });
  }

  /** Takes in a command; see {@linkcode Component}. */
  async handle(command: Command, sender: Sender): Promise<readonly Reply[]> {
    const { mode = "both", redirectStorageTo, escort } = this.#options;
    if (redirectStorageTo !== undefined && isAboutOutput(command)) {
      return await redirectOutput(command, redirectStorageTo, escort);
    }
    switch (command.command) {
      case "want_getJob":
        return mode === "storage" ? [] : await this.#offer(command, sender);
      case "getJob":
        return mode === "storage" ? [] : await this.#handOut(command, sender);
      case "want_getJobOutputDir":
        return mode === "queue" ? [] : [{ command: { command: "have_getJobOutputDir" } }];
      case "getJobOutputDir":
        return mode === "queue" ? [] : await this.#giveDirectory(command);
      case "jobDone":
        await this.#finish(command, sender);
        return [];
      default:
        return [];
    }
  }

  /** Offers a job, where there is one and the agent has not asked too often. */
  async #offer(command: WantGetJob, sender: Sender): Promise<readonly Reply[]> {
    const { cooldownSeconds = 0, requireFile, supplier } = this.#options;
    if (cooldownSeconds > 0 && await this.#store.askedTooSoon(sender.jid.local, cooldownSeconds)) {
      this.#log.info(`${sender.jid} asks too often: sent to sleep`);
      return [{ command: { command: "sleep" } }];
    }
    // The agent's own job may be the last one: its runJob was lost, or the agent has started anew.
    if (
      !await this.#store.hasJobFor(sender.jid.full, machineOf(command.jdl)) &&
      !await this.#store.owesAcknowledgement(sender.jid.full, command.agentSession) &&
      !await supplier?.offers(hostOf(command))
    ) {
      this.#log.debug("The queue is empty");
      this.#events.happened(EVENT.emptyQueue);
      return [];
    }
    return [{
      command: { command: "have_getJob", ...(requireFile === undefined ? {} : { requireFile }) },
    }];
  }

  /** Lends the next job to an agent. */
  async #handOut(command: GetJob, sender: Sender): Promise<readonly Reply[]> {
    const agent = sender.jid.full;
    await this.#refill(command, agent);
    const { lease, invalid } = await this.#store.lease({
      agent,
      agentHost: command.agentHost,
      session: command.agentSession,
      machine: machineOf(command.jdl),
      manager: this.#container.jid?.full ?? "",
      leaseSeconds: this.#leaseSeconds,
      unacknowledgedSeconds: this.#silenceSeconds,
    });
    for (const id of invalid) {
      this.#log.error(`Job ${id} has no description: dropped`);
      this.#events.happened(EVENT.invalidJobId);
    }
    if (lease === undefined) {
      this.#log.info(`${agent} asks for a job, but the queue is empty`);
      if (invalid.length === 0) this.#events.happened(EVENT.emptyQueue);
      return [];
    }
    const { job, token, leasedMs, attempt } = lease;
    const ownDirectory = this.#leases && command.agentSoftware !== undefined;
    if (!ownDirectory && attempt > 1) await this.#output.clearFor(job.id);
    this.#log.info(`Job ${job.id} goes to ${agent} (attempt ${attempt})`);
    this.#events.happened(EVENT.start);
    const jmJobData = formatJobData({
      leasedMs,
      ownDirectory,
      ...(this.#leases ? { token } : {}),
    });
    return [{
      command: { command: "runJob", job, jmJobData },
      // A job that arrives after its lease has ended would be run in vain.
      ...(this.#leases ? { lastsMs: this.#silenceSeconds * 1000 } : {}),
      onOutcome: (outcome) => {
        if (outcome !== "acked" || !this.#leases) return;
        this.#unconfirmed.set(job.id, token);
        this.#confirm(job.id, token).catch((error) => {
          // The next sweep tries again before it takes anything back.
          this.#log.warning(`Cannot confirm the lease of job ${job.id}: ${messageOf(error)}`);
        });
      },
    }];
  }

  /** Has a job brought where none waits, and the agent has none coming. */
  async #refill(command: GetJob, agent: string): Promise<void> {
    const { supplier } = this.#options;
    if (supplier === undefined) return;
    if (await this.#store.hasJobFor(agent, machineOf(command.jdl))) return;
    if (await this.#store.owesAcknowledgement(agent, command.agentSession)) return;
    await supplier.supply(hostOf(command));
  }

  async #confirm(id: string, token: number): Promise<void> {
    await this.#store.confirm(id, token, this.#leaseSeconds);
    if (this.#unconfirmed.get(id) === token) this.#unconfirmed.delete(id);
  }

  async #giveDirectory(command: GetJobOutputDir): Promise<readonly Reply[]> {
    try {
      await this.#expect(command);
      const outputDir = await this.#output.prepare(command, parseJobData(command.jmJobData));
      const outputChirpUrl = this.#options.chirpAddress;
      const { jobID } = command;
      return [{ command: { command: "storeJobOutputDir", jobID, outputDir, outputChirpUrl } }];
    } catch (error) {
      if (!(error instanceof UnsafePathError)) throw error;
      this.#log.error(`Refusing an output directory: ${error.message}`);
      return [];
    }
  }

  /** Keeps what an escorted job needs; of ids that are no jobs of the site nothing is kept. */
  async #expect(command: GetJobOutputDir): Promise<void> {
    const { escort } = this.#options;
    if (escort === undefined || await this.#store.get(command.jobID) === undefined) return;
    await escort.expect(command.jobID, conveyedState(command));
  }

  async #finish(command: JobDone, sender: Sender): Promise<void> {
    const { jobID: id, state, failure } = command;
    const { token, startedAt, ownDirectory, wallSeconds, upload } = parseJobData(command.jmJobData);
    const agent = sender.jid.bare;
    const exitCode = numberOf(command.exitCode);
    if (this.#leases && isHandBack(command) && token !== undefined) {
      if (await this.#store.holds(id, token, agent)) {
        const options = { countAttempt: state === "unable" };
        await this.#store.requeue({ id, token }, failure ?? "Handed back", options);
        this.#log.info(`${sender.jid} hands job ${id} back: ${failure}`);
        this.#events.happened(EVENT.handedBack);
      }
      return;
    }
    try {
      const result = await this.#output.finish({
        id,
        token,
        agent,
        startedAt,
        ownDirectory,
        upload,
        exitCode: exitCode ?? NO_EXIT_CODE,
        validateExitCode: numberOf(command.validateExitCode),
        wallSeconds,
        failure: failure ??
          (exitCode === undefined ? "It was reported without exit code" : undefined),
      });
      if (result === "stale") {
        this.#log.warning(`${sender.jid} reports job ${id}, but does not hold it`);
        this.#events.happened(EVENT.staleLease);
      }
      if (result === "unknown") {
        this.#log.error(`${sender.jid} reports job ${id}, which is not known`);
        this.#events.happened(EVENT.invalidJobId);
      }
    } catch (error) {
      if (!(error instanceof UnsafePathError)) throw error;
      this.#log.error(`Ignoring a report of ${sender.jid}: ${error.message}`);
    }
  }

  #ping(agent: string): void {
    this.#container.send(agent, { command: "Heartbeat:ping" }, { attempts: 1 });
  }

  async #sweep(): Promise<void> {
    if (!this.#leases) {
      await this.#store.reconcile(1000);
      return;
    }
    // What could not be stored when it happened comes first: a lease may hang on it.
    const losses = new LostCalls();
    for (const [id, token] of this.#unconfirmed) {
      await losses.repeat(() => this.#confirm(id, token));
    }
    await this.#keeper.sweep();
  }

  /** Does something again and again; what fails is tried again at the next time. */
  #repeat(intervalMs: number, action: () => Promise<unknown>): AsyncDisposable {
    return repeat(this.#clock, intervalMs, () =>
      action().catch((error) => {
        this.#log.warning(`Cannot keep house: ${messageOf(error)}`);
      }));
  }
}

if (import.meta.main) {
  await runMain(async (signal) => {
    const { config, warnings } = await readRoleConfig(jobManagerVariables, {
      name: JOBMANAGER_COMPONENT,
      summary: "Hands the jobs of its queue to agents and takes their output in",
    });
    using log = await openLog(config, { component: JOBMANAGER_COMPONENT, prefix: "JM" });
    for (const warning of warnings) log.logger.warning(warning);
    await using queue = await openQueue(config);
    await new JobManager(await jobManagerOptions(config, queue.store, log.logger)).run(signal);
    return EXIT.done;
  }, { name: JOBMANAGER_COMPONENT });
}
