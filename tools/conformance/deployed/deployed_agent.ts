/**
 * Cases against an agent on a real server, whose manager the suite is. The agent outlives the cases: each
 * begins with its open request, and what a case leaves half done is brought to an end.
 *
 * @module
 */
import { UnreachableError } from "../../../lib/cli.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Workspace } from "../../../lib/machine/workspace.ts";
import type { Random } from "../../../lib/random.ts";
import type { AgentCase } from "../case.ts";
import { makeJob, sayRunJob, sayStore } from "../cases/_manager_side.ts";
import type { Heard, Patience, Peer } from "../peer.ts";
import { speakAsSetup } from "../setup_speech.ts";
import type { AgentStage, SealedKeys, SecureAgentSide } from "../stage.ts";
import type { TranscriptMaker } from "../target.ts";
import { Transcript } from "../transcript.ts";
import { CaseSkipped, RuleBroken } from "../verdict.ts";
import { type Account, AccountPool } from "./accounts.ts";
import type { Connector } from "./connector.ts";
import { type Detected, detectImplementation } from "./detect_implementation.ts";

/** Options of {@linkcode openDeployedAgent}. */
export interface DeployedAgentOptions {
  /** Bare or full JID of the agent. */
  readonly agent: string;
  /** How it protects its messages; default: not at all. */
  readonly setup?: "plain" | "secure" | "sealed" | undefined;
  /** What stands opposite; with the setup `secure`. */
  readonly secure?: SecureAgentSide | undefined;
  /** With the setup `sealed`. */
  readonly sealed?: SealedKeys | undefined;
  /** The account that it asks. */
  readonly managerAccount: Account;
  /** Accounts that are no manager of it; the last one is never one to which it is referred. */
  readonly others: readonly Account[];
  readonly connector: Connector;
  readonly chirp: Workspace;
  readonly chirpAddress: string;
  readonly patience: Patience;
  /** Longest wait for the agent's next request, in milliseconds. */
  readonly longestRequestMs: number;
  /** Told when the suite is online and waits for the agent. */
  readonly onReady?: (() => void) | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** Commands by which an agent's dialogue goes on. */
const STEPS: ReadonlySet<string> = new Set([
  "want_getJob",
  "getJob",
  "want_getJobOutputDir",
  "getJobOutputDir",
  "jobDone",
]);
/** What an agent says, and to which session of the suite. */
interface Step {
  readonly peer: Peer;
  readonly heard: Heard;
}

/** Longest time in which a half-done dialogue is brought to an end, in milliseconds. */
const SETTLE_MS = 20_000;

/**
 * Goes online as the agent's manager.
 *
 * @param options See {@linkcode DeployedAgentOptions}.
 * @throws {UnreachableError} When the agent does not answer a ping and does not ask either. One in secure mode
 *   is not pinged: it cannot be before it has asked, and the original dies of what it cannot open.
 */
export async function openDeployedAgent(options: DeployedAgentOptions): Promise<DeployedAgent> {
  const { connector, managerAccount, clock, agent, patience } = options;
  const manager = await connector.peer(managerAccount, new Transcript(() => clock.now()));
  const { setup = "plain", secure, sealed, random } = options;
  speakAsSetup(manager, setup, { tested: agent, key: secure?.manager, sealed, clock, random });
  options.onReady?.();
  const isSecure = setup === "secure";
  const withinMs = isSecure ? options.longestRequestMs : patience.answerMs;
  const asks = manager.hear("want_getJob", { withinMs });
  const signs: Promise<{ readonly from: string }>[] = [asks];
  // One that believes only what is sealed acknowledges the ping at least, or asks.
  if (!isSecure) signs.push(manager.hearAck(manager.say(agent, { command: "Heartbeat:ping" })));
  try {
    const { from } = await Promise.any(signs);
    return new DeployedAgent(manager, await detectImplementation(manager, from), options);
  } catch (error) {
    await manager[Symbol.asyncDispose]();
    if (!(error instanceof AggregateError)) throw error;
    connector.signal.throwIfAborted();
    throw new UnreachableError(`Cannot reach the agent ${agent}: it neither answers nor asks`);
  }
}

function unavailable(what: string): never {
  throw new CaseSkipped(`The case needs ${what}`);
}

/** Runs cases against a deployed agent, one at a time. */
export class DeployedAgent implements AsyncDisposable {
  readonly #manager: Peer;
  readonly #options: DeployedAgentOptions;
  readonly #referrals: AccountPool;
  readonly #strangers: AccountPool;
  readonly #leftovers = new Set<string>();
  /** Directories of the case that is run now. */
  #directories: string[] = [];
  #open: Heard | undefined;

  /**
   * @param manager The session that the agent asks.
   * @param implementation What the agent is.
   * @param options See {@linkcode DeployedAgentOptions}.
   */
  constructor(
    manager: Peer,
    readonly implementation: Detected,
    options: DeployedAgentOptions,
  ) {
    this.#manager = manager;
    this.#options = options;
    const { others, clock } = options;
    this.#referrals = new AccountPool(others.slice(0, -1), clock);
    this.#strangers = new AccountPool(others.slice(-1), clock);
  }

  /** Why a case cannot be run; `undefined` where it can. */
  static skipReason(test: AgentCase): string | undefined {
    return test.needs?.includes("fresh") === true
      ? "It needs an agent that is started for it alone: on the embedded site only"
      : undefined;
  }

  /** Directories that could not be removed so far, and those of the running case. */
  get leftovers(): readonly string[] {
    const { chirp } = this.#options;
    return [...this.#leftovers, ...this.#directories.map((name) => chirp.path(name))];
  }

  /** Runs a case. */
  async run(test: AgentCase, makeTranscript: TranscriptMaker): Promise<void> {
    const { connector, managerAccount, chirp, chirpAddress, patience, clock } = this.#options;
    const { secure, sealed } = this.#options;
    const manager = this.#manager;
    const transcript = makeTranscript(() => clock.now());
    const open = this.#noteRequest();
    manager.begin(transcript);
    secure?.office.peer.begin(transcript);
    await using sessions = new AsyncDisposableStack();
    const peers = [manager];
    const session = async (account: Account) => {
      const peer = sessions.use(await connector.peer(account, transcript));
      peers.push(peer);
      return peer;
    };
    const stage: AgentStage = {
      clock,
      patience,
      manager,
      request: async () => open ?? await this.#awaitRequest(),
      sibling: () => session({ ...managerAccount, resource: undefined }),
      referral: () => session(this.#referrals.take([])),
      stranger: () => session(this.#strangers.take([])),
      chirp,
      chirpAddress,
      willMake: (directory) => this.#directories.push(directory),
      get secure() {
        return secure ?? unavailable("keys for the secure mode");
      },
      get sealed() {
        return sealed ?? unavailable("keys for the sealed mode");
      },
    };
    try {
      await test.run(stage);
    } finally {
      await this.#settle(stage, peers);
      this.#noteRequest();
      await this.#clear();
    }
  }

  /** Goes offline. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#manager[Symbol.asyncDispose]();
  }

  async #clear(): Promise<void> {
    const { chirp } = this.#options;
    for (const directory of this.#directories) {
      await chirp.remove(directory).catch(() => this.#leftovers.add(chirp.path(directory)));
    }
    this.#directories = [];
  }

  /** The request that waits for an offer, if there is one: talk beside it leaves it open. */
  #noteRequest(): Heard | undefined {
    const last = this.#lastStep([this.#manager])?.heard;
    if (last !== undefined) this.#open = last.name === "want_getJob" ? last : undefined;
    return this.#open;
  }

  /** The last step of the agent's dialogue, with whomever, since the case began. */
  #lastStep(peers: readonly Peer[]): Step | undefined {
    const isStep = (heard: Heard) => STEPS.has(heard.name) && this.#isAgent(heard);
    return peers.flatMap((peer) => {
      const heard = peer.heard.findLast(isStep);
      return heard === undefined ? [] : [{ peer, heard }];
    }).reduce<Step | undefined>(
      (last, step) => last !== undefined && last.heard.atMs > step.heard.atMs ? last : step,
      undefined,
    );
  }

  #isAgent({ from }: Heard): boolean {
    const { agent } = this.#options;
    return from === agent || from.startsWith(`${agent}/`);
  }

  async #awaitRequest(): Promise<Heard> {
    const { longestRequestMs } = this.#options;
    try {
      return await this.#manager.hear("want_getJob", {
        where: (heard) => this.#isAgent(heard),
        withinMs: longestRequestMs,
      });
    } catch (error) {
      if (!(error instanceof RuleBroken)) throw error;
      throw new CaseSkipped(`The agent did not ask within ${longestRequestMs / 1000} s: --slow`);
    }
  }

  /** Plays the dialogue on until the agent asks for the next job or is silent. */
  async #settle(stage: AgentStage, peers: readonly Peer[]): Promise<void> {
    const { manager } = stage;
    const { clock, patience } = this.#options;
    for (const peer of peers) peer.heedsSignal = false;
    if (!manager.acknowledges) {
      manager.acknowledges = true;
      for (const heard of manager.heard) if (!heard.noack) manager.acknowledge(heard);
    }
    const endMs = clock.now() + SETTLE_MS;
    let answered: Heard | undefined;
    while (clock.now() < endMs) {
      const last = this.#lastStep(peers);
      if (last === undefined || last.heard.name === "want_getJob") break;
      if (last.heard === answered) {
        await manager.pass(Math.min(200, patience.silenceMs));
        continue;
      }
      answered = last.heard;
      await this.#playOn(stage, last);
    }
  }

  /** Plays on as whoever was asked: the original takes jobs of strangers, too. */
  async #playOn(stage: AgentStage, { peer, heard }: Step): Promise<void> {
    const { name, from, attributes } = heard;
    if (name === "getJob") sayRunJob(peer, from, await makeJob(stage, "true"));
    if (name === "want_getJobOutputDir") peer.say(from, { command: "have_getJobOutputDir" });
    if (name === "getJobOutputDir") {
      const id = attributes["jobID"] ?? "";
      await sayStore(stage, peer, from, { id, attributes: {}, jmJobData: undefined });
    }
  }
}
