/**
 * Whether AliEn would give a machine a job: those that wait, matched as its broker matches them.
 *
 * @module
 */
import type { GridCallOptions } from "../adapter.ts";
import { type ClassAd, parseClassAd, parseExpression, suitEachOther } from "../classad/mod.ts";
import { readAlienJob } from "./job_jdl.ts";
import type { AlienTaskQueue } from "./task_queue.ts";

/** Jobs at the head of the queue that are looked at. */
const MOST_WAITING = 100;
/** JDLs that are fetched for one machine at most; the others are known from machines before it. */
const MOST_FETCHED = 20;
/** JDLs that are remembered. */
const MOST_KNOWN = 1000;

/** Looks at the head of the queue. */
export class WaitingJobs {
  readonly #queue: AlienTaskQueue;
  /** JDLs by job; `undefined` for one that cannot be read. A job's JDL does not change. */
  readonly #known = new Map<string, ClassAd | undefined>();

  /**
   * Nothing is looked at yet.
   *
   * @param queue The queue.
   */
  constructor(queue: AlienTaskQueue) {
    this.#queue = queue;
  }

  /**
   * Looks for a job that suits a machine.
   *
   * @param machine The machine.
   * @param how What can end the call early.
   */
  async suits(machine: ClassAd, how: GridCallOptions): Promise<boolean> {
    let fetched = 0;
    for (const { id } of await this.#queue.waiting(MOST_WAITING, how)) {
      if (!this.#known.has(id)) {
        if (fetched++ >= MOST_FETCHED) continue;
        if (this.#known.size >= MOST_KNOWN) this.#known.clear();
        this.#known.set(id, readAd(await this.#queue.jdl(id, how)));
      }
      const job = this.#known.get(id);
      if (job !== undefined && suitEachOther(job, machine)) return true;
    }
    return false;
  }
}

function readAd(jdl: string): ClassAd | undefined {
  try {
    return jobAd(readAlienJob(jdl).ad);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** Gives a job the type that machines ask for, where its JDL names none. */
export function jobAd(ad: ClassAd): ClassAd {
  if (ad.get("Type") === undefined) ad.set("Type", parseExpression('"Job"'));
  return ad;
}

/**
 * Describes a machine to AliEn: what its agent says, and what the site adds for all of them.
 *
 * @param hostJdl The agent's description.
 * @param site The site's attributes, such as `CE`, `CloseSE`, `Packages` and `TTL`; they win.
 * @throws {SyntaxError} When the agent's is no ClassAd.
 */
export function machineAd(hostJdl: string, site: ClassAd): ClassAd {
  const machine = parseClassAd(hostJdl);
  for (const name of site.names) {
    const expression = site.get(name);
    if (expression !== undefined) machine.set(name, expression);
  }
  return machine;
}
