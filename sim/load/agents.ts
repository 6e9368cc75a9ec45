/**
 * Many agents in one process: the real role, each on a link of its own, with a model of a machine and of
 * the jobs.
 *
 * @module
 */
import type { FileTransfer } from "../../lib/chirp/file_transfer.ts";
import { type Clock, sleep, stopwatchMs, systemClock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/error_message.ts";
import { silentLogger } from "../../lib/log.ts";
import type { JobRunner } from "../../lib/machine/job_runner.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";
import type { Link } from "../../lib/messaging/link.ts";
import { type Random, randomFraction, randomHex, systemRandom } from "../../lib/random.ts";
import { Agent } from "../../roles/agent.ts";
import type { AgentOptions } from "../../roles/agent/options.ts";
import { modelHost } from "../machine/model_host.ts";
import { modelRunner } from "../machine/model_runner.ts";
import { type Distribution, parseDistribution } from "./distribution.ts";
import { JobNumbers } from "./job_numbers.ts";
import { Latencies } from "./latencies.ts";
import { type JobWords, LoadJobs } from "./load_jobs.ts";
import { type Counters, noCounts, type Part, type PartReport } from "./part.ts";
import { watchLink } from "./watched_link.ts";

/** What agents are told in words, for a process of their own. */
export interface AgentsWords {
  /** Numbers of the agents: from `first` on, so many. */
  readonly first: number;
  readonly count: number;
  readonly jobs: JobWords;
  /** JID of the managers. */
  readonly manager: string;
  /** They start evenly over this time, in milliseconds. */
  readonly startMs: number;
  /** How long one lives before it dies without a word, in milliseconds; `undefined`: for ever. */
  readonly churn?: string | undefined;
  /** Wait before the second request for a job, doubled up to five times as long. */
  readonly requestMs: number;
  /** Form of messages, see `ContainerOptions`. */
  readonly envelope: AgentOptions["envelope"];
}

/** Where agents find what they need. */
export interface AgentsSurroundings {
  /** Makes the link of an agent. */
  readonly link: (number: number, resource: string) => Link;
  /** Opens the file server. */
  readonly openTransfer: (address: string) => FileTransfer;
  /** Makes an agent's disk. */
  readonly workspace: () => Workspace;
  /** Writes what a job leaves behind. Default: nothing is written. */
  readonly writeOutput?: ((directory: string, bytes: number) => Promise<void>) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** An agent that is stopped hands its job back within this time. */
const STOP_MS = 1000;
/** Agents remember this many messages: they hear from few. */
const REMEMBERED = 50;

/** Agents at work. */
export class LoadAgents implements Part {
  readonly #words: AgentsWords;
  readonly #surroundings: AgentsSurroundings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #jobs: LoadJobs;
  readonly #churn: Distribution | undefined;
  readonly #runner: JobRunner;
  readonly #counters: Counters = noCounts();
  readonly #links = { sent: 0, online: 0 };
  readonly #latencies = new Latencies();
  readonly #executed = new JobNumbers();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  #problem: string | undefined;

  /**
   * Starts the agents.
   *
   * @param words See {@linkcode AgentsWords}.
   * @param surroundings See {@linkcode AgentsSurroundings}.
   */
  constructor(words: AgentsWords, surroundings: AgentsSurroundings) {
    this.#words = words;
    this.#surroundings = surroundings;
    this.#clock = surroundings.clock ?? systemClock;
    this.#random = surroundings.random ?? systemRandom;
    this.#jobs = new LoadJobs(words.jobs);
    this.#churn = words.churn === undefined
      ? undefined
      : parseDistribution(words.churn, "duration");
    this.#runner = this.#makeRunner();
    for (let index = 0; index < words.count; index++) {
      this.#running.push(this.#keep(words.first + index, words.startMs * index / words.count));
    }
  }

  /** See {@linkcode Part}. */
  report(): Promise<PartReport> {
    return Promise.resolve(this.#report());
  }

  #report(): PartReport {
    const latencies = this.#latencies.encode();
    this.#latencies.reset();
    const { sent: stanzas, online } = this.#links;
    return {
      counters: { ...this.#counters, stanzas, online },
      latencies,
      cpuSeconds: 0,
      rssBytes: 0,
      problem: this.#problem,
    };
  }

  /** Stops all agents; each hands the job back that it is at. */
  async finish(): Promise<PartReport> {
    this.#stop.abort(new Error("The load test is over"));
    await Promise.all(this.#running);
    return { ...this.#report(), executed: this.#executed.encode() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish();
  }

  /** Runs one agent after the other under one number, for as long as the test lasts. */
  async #keep(number: number, delayMs: number): Promise<void> {
    const { signal } = this.#stop;
    try {
      if (delayMs > 0) await sleep(this.#clock, delayMs, { signal });
      while (!signal.aborted) await this.#live(number, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#counters.crashes++;
      this.#problem = `Agent ${number} ended: ${messageOf(error)}`;
    }
  }

  /** One agent's life. */
  async #live(number: number, signal: AbortSignal): Promise<void> {
    const link = watchLink(this.#surroundings.link(number, randomHex(this.#random, 32)), {
      figures: this.#links,
      latencies: this.#latencies,
      now: stopwatchMs,
    });
    let isDying = false;
    const agent = this.#makeAgent(number, link, (message) => {
      // What a dying agent can no longer do is no fault of the site.
      if (!isDying) this.#problem = message;
    });
    if (this.#churn === undefined) return await agent.run(signal);
    const death = new AbortController();
    const lifeMs = this.#churn.draw(() => randomFraction(this.#random));
    const timer = this.#clock.after(lifeMs, () => {
      this.#counters.deaths++;
      isDying = true;
      // Without its link it can hand nothing back: to the manager it has vanished.
      const die = () => death.abort(new Error("The agent has died"));
      link[Symbol.asyncDispose]().then(die, die);
    });
    try {
      await agent.run(AbortSignal.any([signal, death.signal]));
    } catch (error) {
      if (!death.signal.aborted) throw error;
    } finally {
      timer.cancel();
    }
  }

  #makeAgent(number: number, link: Link, onError: (message: string) => void): Agent {
    const { manager, requestMs, envelope } = this.#words;
    const { openTransfer, workspace } = this.#surroundings;
    return new Agent({
      manager,
      link,
      host: modelHost({ identity: { name: `vm${number}.load` } }),
      workspace: workspace(),
      runner: this.#runner,
      openTransfer,
      log: { ...silentLogger, error: onError },
      times: { requestMs, longestRequestMs: 5 * requestMs, stopMs: STOP_MS },
      envelope,
      delivery: { rememberedLimit: REMEMBERED },
      clock: this.#clock,
      random: this.#random,
    });
  }

  /** Runs models of jobs and keeps account of them. */
  #makeRunner(): JobRunner {
    const jobs = this.#jobs;
    const numberOf = (directory: string) => {
      const number = jobs.numberAt(directory);
      if (number === undefined) throw new Error(`Cannot run ${directory}: no job of this test`);
      return number;
    };
    const model = modelRunner({
      clock: this.#clock,
      durationMs: ({ directory }) => jobs.durationMs(numberOf(directory)),
      waitStatus: ({ directory }) => jobs.waitStatus(numberOf(directory)),
    });
    return {
      run: async (request) => {
        const number = numberOf(request.directory);
        const result = await model.run(request);
        if (result.killedFor !== undefined) return result;
        if (!this.#executed.add(number)) this.#counters.reexecuted++;
        await this.#surroundings.writeOutput?.(request.directory, jobs.outputBytes(number));
        return result;
      },
    };
  }
}
