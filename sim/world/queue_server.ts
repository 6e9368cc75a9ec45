/**
 * The world's Redis: one store, a connection for each manager that takes time and loses calls and answers,
 * restarts, and power failures that take back what was not on the disk.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { type RedisCalls, RedisError, type RedisReply } from "../../lib/jobs/redis_calls.ts";
import type { Random } from "../../lib/random.ts";
import { memoryRedisCalls, RedisStore } from "../redis/mod.ts";
import type { Dice } from "./fate.ts";
import type { Faults } from "./faults.ts";
import type { Life } from "./life.ts";
import { WriteJournal } from "./write_journal.ts";

/** Options of a {@linkcode QueueServer}. */
export interface QueueServerOptions {
  /** True time, which is Redis' own. */
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
}

/** A Redis that fails. */
export class QueueServer implements Disposable {
  /** The data. */
  readonly store: RedisStore;
  /** A connection that never fails, for the world itself. */
  readonly calls: RedisCalls;
  readonly #options: QueueServerOptions;
  readonly #journal: WriteJournal | undefined;
  /** Counts its runs; a call that was made in an earlier one is lost. */
  #run = 0;
  #isDown = false;

  /** @param options See {@linkcode QueueServerOptions}. */
  constructor(options: QueueServerOptions) {
    const { clock, random, faults } = options;
    this.#options = options;
    this.store = new RedisStore({ clock, random });
    this.calls = memoryRedisCalls(this.store);
    this.#journal = faults.fsyncWindowMs > 0
      ? new WriteJournal(this.store, faults.fsyncWindowMs)
      : undefined;
  }

  /**
   * Crashes: calls on their way get no answer, and what was not on the disk is gone.
   *
   * @param lostShare Share of the window between two writes to the disk that is lost, 0 to 1.
   * @returns Number of effects that were lost.
   */
  stop(lostShare: number): number {
    this.#isDown = true;
    this.#run++;
    void this.calls.call(["SCRIPT", "FLUSH"]);
    return this.#journal?.rollBack(lostShare) ?? 0;
  }

  /** Starts again. */
  start(): void {
    this.#isDown = false;
  }

  /**
   * Connects a process.
   *
   * @param life The process.
   * @param dice Decide what befalls its calls.
   * @returns The connection.
   */
  connect(life: Life, dice: Dice): RedisCalls {
    const { clock, faults } = this.#options;
    const { calls } = this;
    const isDown = () => this.#isDown;
    const currentRun = () => this.#run;
    let answeredMs = 0;
    /** Answers come after their calls and in their order. */
    const wait = () => {
      answeredMs = Math.max(answeredMs, clock.now() + dice.between(0, faults.redisLatencyMs));
      const { promise, resolve } = Promise.withResolvers<void>();
      clock.after(answeredMs - clock.now(), () => life.reach(resolve));
      return promise;
    };
    const broken = (what: string, [name]: readonly (string | number)[]) =>
      new RedisError(`Lost the ${what} ${name}`);
    const call = async (command: readonly (string | number)[]): Promise<RedisReply> => {
      const run = currentRun();
      // A script is known by its hash, another command by its name.
      const what = `${command[0] === "EVALSHA" ? command[1] : command[0]}`.slice(0, 8);
      const occasion = dice.on(what);
      const callLost = occasion.strike("redis-call", faults.redisCallsLost) !== undefined;
      const lost = occasion.strike("redis-answer", faults.redisAnswersLost) !== undefined;
      if (callLost) throw broken("call", command);
      const answer = calls.call(command);
      // A failure is the answer, too: it is awaited below.
      answer.catch(() => {});
      if (faults.redisLatencyMs > 0) await wait();
      if (lost || run !== currentRun()) throw broken("answer to", command);
      return await answer;
    };
    const isSafe = faults.redisLatencyMs + faults.redisCallsLost + faults.redisAnswersLost === 0;
    return {
      get connected() {
        return !isDown();
      },
      call: (command) => {
        if (isDown()) return Promise.reject(broken("connection before", command));
        // Answered in the same moment, a call cannot meet with anything.
        return isSafe ? calls.call(command) : call(command);
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  [Symbol.dispose](): void {
    this.#journal?.[Symbol.dispose]();
    this.store[Symbol.dispose]();
  }
}
