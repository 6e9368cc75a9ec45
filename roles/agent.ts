/**
 * The Agent (report, table 1.1): asks managers for a job, fetches its input, runs it, uploads its output
 * and reports it done; then asks again.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { type Clock, sleep, systemClock } from "../lib/clock.ts";
import { messageOf } from "../lib/error_message.ts";
import { type Logger, openLog } from "../lib/log.ts";
import { claimFolder } from "../lib/machine/own_folder.ts";
import { type Component, Container, type Reply, type Sender } from "../lib/messaging/container.ts";
import type { DeliveryOutcome } from "../lib/messaging/delivery.ts";
import { eventReporter, type Events, silentEvents } from "../lib/messaging/event_reporter.ts";
import { heartbeat, HEARTBEAT_PREFIX } from "../lib/messaging/heartbeat.ts";
import { parseCommand } from "../lib/protocol/command_codec.ts";
import type { Command, RunJob } from "../lib/protocol/commands.ts";
import { Jid } from "../lib/protocol/jid.ts";
import { type Random, randomUuid, systemRandom } from "../lib/random.ts";
import { deliverOutput, type Dialogue } from "./agent/deliver_output.ts";
import { executeJob, type Execution } from "./agent/execute_job.ts";
import { findJob } from "./agent/find_job.ts";
import { describeHost } from "./agent/host_jdl.ts";
import { LastCall, unlessAborted } from "./agent/last_call.ts";
import { type Letter, Mailbox } from "./agent/mailbox.ts";
import { agentOptions } from "./agent/open_agent.ts";
import { AGENT_TIMES, type AgentOptions, type AgentTimes } from "./agent/options.ts";
import { handBackReport, isFenced, jobReport, measuredTimes, statusText } from "./agent/report.ts";
import { TrustedManagers } from "./agent/trust.ts";
import { AGENT_COMPONENT, agentVariables } from "./agent/variables.ts";

/** What an agent of ours calls itself. */
const SOFTWARE = "copilot-deno/0.1.0";

/** Name under which all agents together appear in the monitor: a series for each would be too many. */
const MONITORED_AS = "agent";

/** One agent, one job at a time. */
export class Agent implements Component {
  readonly #options: AgentOptions;
  readonly #times: AgentTimes;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #container: Container;
  readonly #events: Events;
  readonly #mailbox: Mailbox;
  readonly #trusted: TrustedManagers;
  readonly #session: string;
  #request: Promise<DeliveryOutcome> | undefined;
  /** The job at hand. */
  #job: RunJob | undefined;

  /**
   * Draws the id of this process; nothing is sent before {@linkcode run}.
   *
   * @param options See {@linkcode AgentOptions}.
   */
  constructor(options: AgentOptions) {
    this.#options = options;
    this.#times = { ...AGENT_TIMES, ...options.times };
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#log = options.log;
    this.#mailbox = new Mailbox(this.#clock);
    this.#trusted = new TrustedManagers([options.manager, ...options.trusted ?? []]);
    this.#session = randomUuid(this.#random);
    this.#container = new Container({
      link: options.link,
      component: this,
      plugins: { [HEARTBEAT_PREFIX]: heartbeat({ host: options.host, log: options.log }) },
      room: options.room,
      // Many agents may share an account: a job for one that has gone is not for all the others.
      ownSessionOnly: true,
      log: options.log,
      delivery: options.delivery,
      envelope: options.envelope,
      clock: this.#clock,
      random: this.#random,
    });
    this.#events = options.monitor === undefined ? silentEvents : eventReporter({
      monitor: options.monitor,
      component: MONITORED_AS,
      clock: this.#clock,
      post: (to, command, how) => this.#container.post(to, command, how),
    });
  }

  /**
   * Works until stopped. Stopping hands an unfinished job back where the manager is one of ours, and
   * finishes it otherwise.
   *
   * @param signal Stops the agent.
   * @throws {LinkRefusedError} When the server refuses the account for good.
   */
  async run(signal: AbortSignal): Promise<void> {
    await using container = this.#container;
    try {
      await container.start(signal);
      await this.#work(AbortSignal.any([signal, container.closed]));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    this.#log.info("Stopped");
  }

  /** Does one job after the other; a machine that cannot rests longer each time before it asks again. */
  async #work(signal: AbortSignal): Promise<never> {
    const { requestMs, longestRequestMs } = this.#times;
    let restMs = requestMs;
    for (;;) {
      let able = false;
      try {
        able = await this.#doJob(await this.#findJob(signal), signal);
      } catch (error) {
        signal.throwIfAborted();
        this.#log.error(`Cannot ask for a job: ${messageOf(error)}`);
      }
      if (able) restMs = requestMs;
      else {
        await sleep(this.#clock, restMs, { signal });
        restMs = Math.min(longestRequestMs, restMs * 2);
      }
    }
  }

  /** Takes in a command; see {@linkcode Component}. */
  handle(command: Command, sender: Sender): readonly Reply[] {
    if (command.command === "unknown") return [];
    if (!this.#trusted.has(sender.jid)) {
      this.#log.warning(
        `Ignoring ${command.command} of ${sender.jid}: not a manager of this agent`,
      );
      return [];
    }
    if (command.command === "redirect") {
      this.#log.info(`Redirected to ${command.referral}`);
      this.#trusted.refer(command.referral);
      return [{ to: command.referral, command: parseCommand(command.info) }];
    }
    const taken = this.#mailbox.bring({ command, from: sender.jid.full });
    if (taken) return [];
    // A job that is not taken must not be acknowledged: its manager then hands it to somebody else.
    // But a manager that was started anew may say once more what this agent is at already.
    if (command.command === "runJob" && !this.#isAt(command)) {
      throw new Error(`No slot for job ${command.job.id}`);
    }
    this.#log.debug(`Not waiting for ${command.command}: ignored`);
    return [];
  }

  #findJob(signal: AbortSignal): Promise<Letter<"runJob">> {
    return findJob({
      ask: async () => {
        signal.throwIfAborted();
        await this.#askForJob();
      },
      take: (manager) => this.#takeJob(manager),
      listen: (wanted, waitMs) => this.#mailbox.wait(wanted, waitMs, signal),
      has: (file) => this.#hasFile(file),
      times: this.#times,
      log: this.#log,
      clock: this.#clock,
      random: this.#random,
    });
  }

  /** Sends `want_getJob`, unless the last one still waits for its acknowledgement. */
  async #askForJob(): Promise<void> {
    if (this.#request !== undefined) return;
    const command = { command: "want_getJob", ...await this.#describeSelf() } as const;
    this.#log.info(`Asking ${this.#options.manager} for a job`);
    // Sent once: the next interval brings the next request anyway.
    const request = this.#container.post(this.#options.manager, command, { attempts: 1 });
    this.#request = request;
    request.then(() => {
      if (this.#request === request) this.#request = undefined;
    });
  }

  async #takeJob(manager: string): Promise<void> {
    const command = { command: "getJob", ...await this.#describeSelf() } as const;
    this.#log.info(`Taking a job of ${manager}`);
    // A request that is still repeated when nobody waits for its job would bring a second one.
    this.#container.send(manager, command, { lastsMs: this.#times.runJobMs });
  }

  async #hasFile(path: string): Promise<boolean> {
    try {
      return await this.#options.host.exists(path);
    } catch (error) {
      this.#log.warning(`Cannot look for the required file ${path}: ${messageOf(error)}`);
      return false;
    }
  }

  async #describeSelf() {
    const { host, workspace } = this.#options;
    const { jdl, hostName } = await describeHost(host, workspace.path("."), "0");
    return { agentHost: hostName, jdl, agentSoftware: SOFTWARE, agentSession: this.#session };
  }

  #isAt({ job, jmJobData }: RunJob): boolean {
    return this.#job?.job.id === job.id && this.#job.jmJobData === jmJobData;
  }

  /** Does a job; returns false where it cannot be done on this machine. */
  async #doJob(letter: Letter<"runJob">, signal: AbortSignal): Promise<boolean> {
    const { command } = letter;
    const { job } = command;
    this.#job = command;
    const end = this.#events.begin("job");
    this.#log.info(`Got job ${job.id}: ${job.command} ${job.arguments}`.trimEnd());
    const directory = `${job.id}.${this.#session.slice(0, 8)}`;
    try {
      const execution = await this.#execute(command, directory, signal);
      using grace = new LastCall(this.#clock, signal, this.#times.stopMs);
      const dialogue = this.#dialogue(grace.signal);
      if (execution === undefined) {
        await this.#handBack(letter, "returned", "The agent was stopped", dialogue);
      } else if (execution.elsewhere && isFenced(command)) {
        const reason = execution.failure ?? "It cannot be run here";
        await this.#handBack(letter, "unable", reason, dialogue);
        return false;
      } else await this.#deliver(letter, directory, execution, dialogue);
      return true;
    } catch (error) {
      this.#log.error(`Cannot finish job ${job.id}: ${messageOf(error)}`);
      // As long as this agent lives its lease does, so the manager must be told.
      if (!signal.aborted) {
        await this.#handBack(letter, "unable", messageOf(error), this.#dialogue(signal));
      }
      return false;
    } finally {
      this.#job = undefined;
      end();
      await this.#clear(directory);
    }
  }

  /** Tells who gave the job that it will not be done; any manager of the same account may hear it. */
  async #handBack(
    { command, from }: Letter<"runJob">,
    state: "returned" | "unable",
    reason: string,
    dialogue: Dialogue,
  ): Promise<void> {
    this.#log.warning(`Handing job ${command.job.id} back: ${reason}`);
    this.#events.happened("job.handedBack");
    const report = handBackReport(command, state, reason, await this.#hostName());
    if (await dialogue.tell(from, report) === "acked") return;
    await dialogue.tell(bareOf(from), report);
  }

  async #clear(directory: string): Promise<void> {
    if (this.#options.keepDirectories === true) return;
    try {
      await this.#options.workspace.remove(directory);
    } catch (error) {
      this.#log.warning(`Cannot remove directory ${directory}: ${messageOf(error)}`);
    }
  }

  async #hostName(): Promise<string> {
    return (await this.#options.host.identity()).name;
  }

  /** Runs the job; `undefined` where the agent was stopped and a manager of ours takes the job back. */
  async #execute(
    command: RunJob,
    directory: string,
    signal: AbortSignal,
  ): Promise<Execution | undefined> {
    const { workspace, runner, openTransfer } = this.#options;
    const stop = isFenced(command) ? signal : new AbortController().signal;
    try {
      return await executeJob(command.job, directory, {
        workspace,
        runner,
        openTransfer,
        signal: stop,
      });
    } catch (error) {
      if (stop.aborted) return undefined;
      throw error;
    }
  }

  async #deliver(
    { command }: Letter<"runJob">,
    directory: string,
    execution: Execution,
    dialogue: Dialogue,
  ): Promise<void> {
    const { workspace, manager, openTransfer } = this.#options;
    const report = jobReport(command, execution, await this.#hostName());
    const archive = `${directory}/${report.jobID}.tgz`;
    const status = `${directory}/${report.jobID}.status`;
    await workspace.pack(directory, archive);
    await workspace.writeText(status, statusText(report));
    const finished = {
      report,
      jmJobData: command.jmJobData,
      measured: measuredTimes(command, execution),
      archivePath: workspace.path(archive),
      statusPath: workspace.path(status),
      agentIp: execution.agentIp,
    };
    await deliverOutput(finished, {
      dialogue,
      manager,
      openTransfer,
      log: this.#log,
      retryMs: this.#times.requestMs,
      longestRetryMs: this.#times.longestRequestMs,
      outputDirMs: this.#times.outputDirMs,
    });
  }

  #dialogue(signal: AbortSignal): Dialogue {
    return {
      tell: (to, command) => unlessAborted(this.#container.post(to, command), signal),
      listen: (wanted, waitMs) => this.#mailbox.wait(wanted, waitMs, signal),
      pause: (waitMs) => sleep(this.#clock, waitMs, { signal }),
    };
  }
}

function bareOf(jid: string): string {
  return Jid.parse(jid).bare;
}

if (import.meta.main) {
  await runMain(async (signal) => {
    const { config, warnings } = await readRoleConfig(agentVariables, {
      name: AGENT_COMPONENT,
      summary: "Asks a job manager for jobs and runs them, one at a time",
    });
    using log = await openLog(config, { component: AGENT_COMPONENT, prefix: "AGENT" });
    for (const warning of warnings) log.logger.warning(warning);
    // What an agent leaves that is killed, the next one removes.
    using work = claimFolder(config.workDir, {
      prefix: "agent-",
      random: systemRandom,
      keep: config.keepWorkDir,
    });
    const options = await agentOptions({ ...config, workDir: work.path }, log.logger);
    await new Agent(options).run(signal);
    return EXIT.done;
  }, { name: AGENT_COMPONENT });
}
