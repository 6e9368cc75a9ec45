/**
 * The Agent (report, table 1.1): asks managers for a job, fetches its input, runs it, uploads its output
 * and reports it done; then asks again.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { type Clock, sleep, systemClock } from "../lib/clock.ts";
import { type Logger, openLog } from "../lib/log.ts";
import { type Component, Container, type Reply, type Sender } from "../lib/messaging/container.ts";
import type { DeliveryOutcome } from "../lib/messaging/delivery.ts";
import { heartbeat, HEARTBEAT_PREFIX } from "../lib/messaging/heartbeat.ts";
import { parseCommand } from "../lib/protocol/command_codec.ts";
import type { Command, JobDone, RunJob } from "../lib/protocol/commands.ts";
import { type Random, randomFraction, randomUuid, systemRandom } from "../lib/random.ts";
import { deliverOutput, type Dialogue } from "./agent/deliver_output.ts";
import { executeJob, type Execution } from "./agent/execute_job.ts";
import { describeHost } from "./agent/host_jdl.ts";
import { LastCall, unlessAborted } from "./agent/last_call.ts";
import { type Letter, Mailbox } from "./agent/mailbox.ts";
import { agentOptions } from "./agent/open_agent.ts";
import { AGENT_TIMES, type AgentOptions, type AgentTimes } from "./agent/options.ts";
import { handBackReport, isFenced, jobReport, statusText } from "./agent/report.ts";
import { TrustedManagers } from "./agent/trust.ts";
import { AGENT_COMPONENT, agentVariables } from "./agent/variables.ts";

/** What an agent of ours calls itself. */
const SOFTWARE = "copilot-deno/0.1.0";

/** One agent, one job at a time. */
export class Agent implements Component {
  readonly #options: AgentOptions;
  readonly #times: AgentTimes;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #container: Container;
  readonly #mailbox: Mailbox;
  readonly #trusted: TrustedManagers;
  readonly #session: string;
  #request: Promise<DeliveryOutcome> | undefined;

  /** @param options See {@linkcode AgentOptions}. */
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
      plugins: { [HEARTBEAT_PREFIX]: heartbeat },
      room: options.room,
      log: options.log,
      delivery: options.delivery,
      clock: this.#clock,
      random: this.#random,
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
    await container.start();
    while (!signal.aborted) {
      try {
        const letter = await this.#findJob(signal);
        await this.#doJob(letter, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
    this.#log.info("Stopped");
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
    if (command.command === "runJob") throw new Error(`No slot for job ${command.job.id}`);
    this.#log.debug(`Not waiting for ${command.command}: ignored`);
    return [];
  }

  /** Asks, with growing intervals, until there is a job. */
  async #findJob(signal: AbortSignal): Promise<Letter<"runJob">> {
    let intervalMs = this.#times.requestMs;
    for (;;) {
      await this.#askForJob();
      const endMs = this.#clock.now() + intervalMs;
      const answer = await this.#mailbox.wait(
        ["have_getJob", "runJob", "sleep", "error"],
        intervalMs,
        signal,
      );
      if (answer?.command.command === "runJob") return { ...answer, command: answer.command };
      if (answer?.command.command === "have_getJob") {
        const { requireFile } = answer.command;
        if (requireFile === undefined || await this.#options.host.exists(requireFile)) {
          const job = await this.#takeJob(answer.from, signal);
          if (job !== undefined) return job;
          continue;
        }
        this.#log.info(`The required file ${requireFile} is not here: not taking the job`);
      } else if (answer?.command.command === "sleep") {
        const sleepMs = Math.floor(randomFraction(this.#random) * this.#times.sleepMs);
        this.#log.info(`Was asked to sleep: waiting ${Math.ceil(sleepMs / 1000)} s`);
        await sleep(this.#clock, sleepMs, { signal });
        continue;
      } else if (answer?.command.command === "error") {
        this.#log.error(`${answer.from} answers: ${answer.command.errorString}`);
      }
      await sleep(this.#clock, Math.max(0, endMs - this.#clock.now()), { signal });
      intervalMs = Math.min(this.#times.longestRequestMs, intervalMs * 2);
    }
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

  async #takeJob(manager: string, signal: AbortSignal): Promise<Letter<"runJob"> | undefined> {
    const command = { command: "getJob", ...await this.#describeSelf() } as const;
    this.#log.info(`Taking a job of ${manager}`);
    this.#container.post(manager, command);
    return await this.#mailbox.wait(["runJob"], this.#times.runJobMs, signal);
  }

  async #describeSelf() {
    const { host, workspace } = this.#options;
    const { jdl, hostName } = await describeHost(host, workspace.path("."), "0");
    return { agentHost: hostName, jdl, agentSoftware: SOFTWARE, agentSession: this.#session };
  }

  async #doJob({ command, from }: Letter<"runJob">, signal: AbortSignal): Promise<void> {
    const { job } = command;
    const { host, workspace, keepDirectories } = this.#options;
    this.#log.info(`Got job ${job.id}: ${job.command} ${job.arguments}`.trimEnd());
    const { name: agentHost } = await host.identity();
    const directory = `${job.id}.${this.#session.slice(0, 8)}`;
    try {
      const execution = await this.#execute(command, directory, signal);
      using grace = new LastCall(this.#clock, signal, this.#times.stopMs);
      const dialogue = this.#dialogue(grace.signal);
      if (execution === undefined) {
        this.#log.info(`Handing job ${job.id} back`);
        const reason = "The agent was stopped";
        await dialogue.tell(from, handBackReport(command, "returned", reason, agentHost));
      } else if (execution.elsewhere && isFenced(command)) {
        const reason = execution.failure ?? "It cannot be run here";
        this.#log.warning(`Giving job ${job.id} up: ${reason}`);
        await dialogue.tell(from, handBackReport(command, "unable", reason, agentHost));
      } else {
        await this.#deliver(
          jobReport(command, execution, agentHost),
          directory,
          execution,
          dialogue,
        );
      }
    } catch (error) {
      // The manager's lease ends by itself; the agent goes on to its next job.
      this.#log.error(
        `Cannot finish job ${job.id}: ${error instanceof Error ? error.message : error}`,
      );
    } finally {
      if (keepDirectories !== true) await workspace.remove(directory);
    }
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

  async #deliver(report: JobDone, directory: string, execution: Execution, dialogue: Dialogue) {
    const { workspace, manager, openTransfer } = this.#options;
    const archive = `${directory}/${report.jobID}.tgz`;
    const status = `${directory}/${report.jobID}.status`;
    await workspace.pack(directory, archive);
    await workspace.writeText(status, statusText(report));
    const finished = {
      report,
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

if (import.meta.main) {
  await runMain(async (signal) => {
    const { config, warnings } = await readRoleConfig(agentVariables, {
      name: AGENT_COMPONENT,
      summary: "Asks a job manager for jobs and runs them, one at a time",
    });
    using log = await openLog(config, { component: AGENT_COMPONENT, prefix: "AGENT" });
    for (const warning of warnings) log.logger.warning(warning);
    await new Agent(await agentOptions(config, log.logger)).run(signal);
    return EXIT.done;
  }, { name: AGENT_COMPONENT });
}
