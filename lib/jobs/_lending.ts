/**
 * How jobs are lent: those with requirements by name, once they were found to suit the machine, the
 * others in the order of their lists.
 *
 * @module
 */
import { checkSeconds } from "./_job_checks.ts";
import { RequiredJobs } from "./_required_jobs.ts";
import { toLease } from "./_script_replies.ts";
import type { JobStore, LeaseRequest } from "./job_store.ts";
import type { RedisCalls } from "./redis_calls.ts";
import { asList, asTexts, asWord } from "./reply.ts";
import { LEASE } from "./scripts/lease.ts";

/** What {@linkcode JobStore.lease} returns. */
export type LeaseOutcome = Awaited<ReturnType<JobStore["lease"]>>;

/** What {@linkcode Lending} must know of the store. */
export interface LendingOptions {
  readonly queue: string;
  readonly historyLimit: number;
  /** False: a hand-out is final. */
  readonly leases: boolean;
  readonly oldestFirst: boolean;
  readonly maxAttempts: number;
}

const WORDS = ["leased", "repeated", "none", "more", "examine"] as const;
const NONE: LeaseOutcome = { invalid: [] };
/** Characters of a name in DNS (RFC 1035, 2.3.4); what goes beyond comes from a stranger. */
const LONGEST_HOST_NAME = 253;
/** Rounds of a hundred unusable ids each that one lease clears out of the lists. */
const MOST_ROUNDS = 100;

/** Lends the jobs of one queue. */
export class Lending {
  /** The jobs with requirements. */
  readonly required: RequiredJobs;
  readonly #calls: RedisCalls;
  readonly #options: LendingOptions;

  /**
   * Sends nothing yet.
   *
   * @param calls The connection.
   * @param options See {@linkcode LendingOptions}.
   */
  constructor(calls: RedisCalls, options: LendingOptions) {
    this.#calls = calls;
    this.#options = options;
    this.required = new RequiredJobs(calls, options.queue, options.oldestFirst);
  }

  /** See {@linkcode JobStore.lease}. */
  async lease(request: LeaseRequest): Promise<LeaseOutcome> {
    const { agent, machine } = request;
    if (machine === undefined) return await this.#lendNext(request, "1") ?? NONE;
    const first = await this.#lendNext(request, "");
    if (first !== undefined) return first;
    for (const id of await this.required.suiting(agent, machine)) {
      const outcome = await this.#lend(request, id, "1");
      if (outcome?.lease !== undefined) return outcome;
    }
    return await this.#lendNext(request, "1") ?? NONE;
  }

  /** Lends the next job that any machine may run; `undefined` where others must be looked at first. */
  #lendNext(request: LeaseRequest, examined: "1" | ""): Promise<LeaseOutcome | undefined> {
    return this.#lend(request, "", examined);
  }

  async #lend(
    { agent, agentHost = "", session = "", manager, unacknowledgedSeconds }: LeaseRequest,
    named: string,
    examined: "1" | "",
  ): Promise<LeaseOutcome | undefined> {
    const { queue, historyLimit, leases, oldestFirst, maxAttempts } = this.#options;
    const invalid: string[] = [];
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const reply = await LEASE.run(this.#calls, {
        queue,
        historyLimit,
        agent,
        agentHost: agentHost.slice(0, LONGEST_HOST_NAME),
        session,
        manager,
        unacknowledgedSeconds: checkSeconds("unacknowledgedSeconds", unacknowledgedSeconds),
        leases: leases ? "1" : "",
        pop: oldestFirst ? "RPOP" : "LPOP",
        maxAttempts,
        named,
        examined,
      });
      const [status, dropped, ...lent] = asList(reply, "script lease");
      invalid.push(...asTexts(dropped, "script lease"));
      const word = asWord(status, "script lease", WORDS);
      if (word === "examine") return undefined;
      if (word === "none") break;
      if (word !== "more") return { lease: toLease(lent, word === "repeated"), invalid };
    }
    return { invalid };
  }
}
