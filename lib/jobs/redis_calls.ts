/**
 * The seam between the job store and Redis: one method, implemented over the network by ioredis and
 * in memory by the simulator's command table.
 *
 * @module
 */

/** What Redis answers: RESP2 types, text as UTF-8 strings, nil as `null`. */
export type RedisReply = string | number | null | readonly RedisReply[];

/** An error reply of the server, or a connection that could not carry the call. */
export class RedisError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "RedisError";
}

/**
 * A connection that carries Redis commands.
 *
 * Calls are answered in the order in which they were made. A call whose connection breaks before its
 * answer came rejects with a {@linkcode RedisError}: it may or may not have taken effect.
 */
export interface RedisCalls extends AsyncDisposable {
  /**
   * Issues one command.
   *
   * @param command Name of the command and its arguments, such as `["LPUSH", "waiting_jobs", "id"]`.
   * @returns The server's answer.
   * @throws {RedisError} When the server answers with an error or cannot be reached.
   */
  call(command: readonly (string | number)[]): Promise<RedisReply>;
  /** True while the server can be reached, as far as is known. */
  readonly connected: boolean;
}
