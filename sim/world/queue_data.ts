/**
 * The job queue as it stands in Redis, looked at without a command: what the store's scripts keep, by the
 * names that `RedisJobStore` documents.
 *
 * @module
 */
import { JOB_STATES, type JobState } from "../../lib/jobs/job_state.ts";
import { STATE_DIGITS } from "../../lib/jobs/scripts/_state_digits.ts";
import type { Entry, Kind, Values } from "../redis/database.ts";
import type { RedisStore } from "../redis/mod.ts";

/** Name of the waiting list of every world. */
export const QUEUE = "waiting_jobs";
/** Before the names of what belongs to the queue. */
export const PREFIX = `copilot:queue:${QUEUE}:`;
/** Before a job's id: its record. */
export const JOB_KEY = "copilot:job:";
/** Before a job's id: its history. */
export const HISTORY_KEY = "copilot:history:";
/** Before a full JID: the leases of that agent. */
export const AGENT_KEY = `${PREFIX}agent:`;

/** A job's record, as far as invariants look at it. */
export interface StoredJob {
  readonly state: JobState | undefined;
  readonly token: number;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly priority: number;
  /** Full JID of the last lease's agent. */
  readonly agent: string;
  /** True where the last hand-out is a lease. */
  readonly bound: boolean;
  /** Token whose report ended the job; empty where none did. */
  readonly ended: string;
}

/** State by the first digit of the scores in the set of all jobs. */
const STATE_OF_DIGIT = new Map(JOB_STATES.map((state) => [STATE_DIGITS[state], state]));

/** True for a state in which a job is lent to an agent. */
export function isLent(state: JobState): boolean {
  return state === "leased" || state === "running";
}

/** Looks into Redis. */
export class QueueData {
  readonly #store: RedisStore;

  /** @param store The data. */
  constructor(store: RedisStore) {
    this.#store = store;
  }

  /** Everything under all keys. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#store.databases[0]?.entries ?? new Map();
  }

  /** A job's record. */
  job(id: string): StoredJob | undefined {
    const hash = this.#value(JOB_KEY + id, "hash");
    if (hash === undefined) return undefined;
    const number = (name: string) => Number(hash.get(name) ?? Number.NaN);
    const state = hash.get("state");
    return {
      state: JOB_STATES.find((known) => known === state),
      token: number("token"),
      attempts: number("attempts"),
      maxAttempts: number("maxAttempts"),
      priority: number("priority"),
      agent: hash.get("agent") ?? "",
      bound: hash.get("bound") === "1",
      ended: hash.get("ended") ?? "",
    };
  }

  /** The state in which a job stands in the set of all jobs. */
  listedState(id: string): JobState | undefined {
    const score = this.#value(`${PREFIX}jobs`, "zset")?.score(id);
    return score === undefined ? undefined : STATE_OF_DIGIT.get(`${score}`.slice(0, 1));
  }

  /** Whether a job stands among the deadlines and the signs of life; `undefined`: in one of them only. */
  hasLease(id: string): boolean | undefined {
    const deadline = this.#value(`${PREFIX}deadline`, "zset")?.score(id) !== undefined;
    const seen = this.#value(`${PREFIX}seen`, "zset")?.score(id) !== undefined;
    return deadline === seen ? deadline : undefined;
  }

  /** True where anything of a job is left in the queue. */
  hasTraceOf(id: string): boolean {
    const keys = [`job:${id}:description`, JOB_KEY + id, HISTORY_KEY + id];
    return keys.some((key) => this.entries.has(key)) || this.listedState(id) !== undefined ||
      this.hasLease(id) !== false;
  }

  /** Number of jobs that have a lease. */
  get leases(): number {
    return this.#value(`${PREFIX}deadline`, "zset")?.size ?? 0;
  }

  /** Length of the list of a priority. */
  listLength(priority: number): number {
    return this.#value(listKey(priority), "list")?.length ?? 0;
  }

  /** Ids in the list of a priority. */
  list(priority: number): readonly string[] {
    return this.#value(listKey(priority), "list")?.slice() ?? [];
  }

  #value<K extends Kind>(key: string, kind: K): Values[K] | undefined {
    const entry = this.entries.get(key);
    return entry?.kind === kind ? entry.value as Values[K] : undefined;
  }
}

function listKey(priority: number): string {
  return priority === 0 ? QUEUE : `${QUEUE}:p${priority}`;
}
