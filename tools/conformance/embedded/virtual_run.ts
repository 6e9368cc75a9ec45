/**
 * Work in virtual time: the clock jumps to the next call as soon as nothing real is under way, so that a
 * wait of an hour costs nothing and none ends too early.
 *
 * @module
 */
import { settled, type VirtualClock } from "../../../sim/world/virtual_clock.ts";

/** Counts calls that wait for something real: processes, files, sockets. */
export class InFlight {
  #count = 0;
  #idle = Promise.withResolvers<void>();

  /** Ends a wait of {@linkcode idle} or a piece of work that is not a seam's, such as closing a link. */
  async track<T>(work: Promise<T>): Promise<T> {
    if (this.#count++ === 0) this.#idle = Promise.withResolvers();
    try {
      return await work;
    } finally {
      if (--this.#count === 0) this.#idle.resolve();
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    if (this.#count > 0) await this.#idle.promise;
  }

  /** True while something is under way. */
  get busy(): boolean {
    return this.#count > 0;
  }

  /**
   * Counts the calls of a seam.
   *
   * @param seam An object with asynchronous methods.
   * @returns The same object, watched.
   */
  watch<Seam extends object>(seam: Seam): Seam {
    const plainOf = plains;
    const proxy = new Proxy(seam, {
      get: (target, key) => {
        const member = Reflect.get(target, key, target);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          const plain = args.map((arg) => plainOf.get(arg as object) ?? arg);
          const result = member.apply(target, plain);
          return result instanceof Promise ? this.track(result) : result;
        };
      },
    });
    plainOf.set(proxy, seam);
    return proxy;
  }
}

/** What stands behind a watched seam: one that is an argument of another is handed over plain. */
const plains = new WeakMap<object, object>();

/** Nothing was under way, nothing was due, and the work was not done. */
const MOST_IDLE_TURNS = 1000;

/**
 * Runs work to its end.
 *
 * @param clock The clock that the work waits on.
 * @param inFlight What it waits for beside.
 * @param work The work.
 * @returns What the work returns.
 * @throws {Error} When the work waits for something that never comes.
 */
export async function runInVirtualTime<T>(
  clock: VirtualClock,
  inFlight: InFlight,
  work: () => Promise<T>,
): Promise<T> {
  let done = false;
  const result = work().finally(() => done = true);
  // It is awaited below; until then its failure must not count as unheard.
  result.catch(() => {});
  let idleTurns = 0;
  for (;;) {
    await settled();
    if (done) return await result;
    if (inFlight.busy) await inFlight.idle();
    else if (clock.step()) idleTurns = 0;
    else if (++idleTurns > MOST_IDLE_TURNS) {
      throw new Error("Cannot go on: nothing is due and nothing is under way");
    }
  }
}
