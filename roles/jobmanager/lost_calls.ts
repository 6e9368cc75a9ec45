/**
 * Tells single calls that Redis did not answer from a Redis that is away: the former must not hold up what
 * a manager has to do for thousands of other jobs.
 *
 * @module
 */
import { RedisError } from "../../lib/jobs/redis_calls.ts";

/** Calls lost in a row that mean that nothing can be reached. */
const AWAY = 3;

/** Counts the calls that were lost one after the other. */
export class LostCalls {
  #lost = 0;

  /** A call was answered. */
  none(): void {
    this.#lost = 0;
  }

  /**
   * A call failed.
   *
   * @throws The error, where so many calls of Redis in a row were lost that it must be away.
   */
  bear(error: unknown): void {
    if (!(error instanceof RedisError) || ++this.#lost < AWAY) return;
    this.#lost = 0;
    throw error;
  }

  /** Makes a call that is harmless to repeat, until it is answered or Redis must be away. */
  async repeat<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        const answer = await call();
        this.none();
        return answer;
      } catch (error) {
        if (!(error instanceof RedisError)) throw error;
        this.bear(error);
      }
    }
  }
}
