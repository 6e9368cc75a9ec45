/**
 * Redis over the network, by npm:ioredis.
 *
 * @module
 */
import { Redis } from "ioredis";
import { type Random, randomFraction, systemRandom } from "../random.ts";
import { type RedisCalls, RedisError, type RedisReply } from "./redis_calls.ts";

/** Options of {@linkcode connectRedis}. */
export interface RedisOptions {
  /** Name or address of the server. */
  readonly host: string;
  /** TCP port. Default: 6379. */
  readonly port?: number | undefined;
  /** Password. Default: none. */
  readonly password?: string | undefined;
  /** Index of the database. Default: 0. */
  readonly database?: number | undefined;
  /** Longest time for an attempt to connect, in milliseconds. Default: 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Longest wait between attempts to connect again, in milliseconds. Default: 5000. */
  readonly longestRetryMs?: number | undefined;
  /** Source of the jitter between attempts. Default: the machine's. */
  readonly random?: Random | undefined;
}

/** First wait before a lost connection is made again; doubled each time. */
const FIRST_RETRY_MS = 50;

/**
 * Connects to a server. A lost connection is made again by itself; calls in between reject at once,
 * and a call whose answer was lost is never repeated, since it may have taken effect.
 *
 * @param options See {@linkcode RedisOptions}.
 * @returns The connection.
 * @throws {RedisError} When the server cannot be reached or refuses the password.
 */
export async function connectRedis(options: RedisOptions): Promise<RedisCalls> {
  const { host, port = 6379, longestRetryMs = 5000, random = systemRandom } = options;
  let established = false;
  const redis = new Redis({
    host,
    port,
    db: options.database ?? 0,
    connectTimeout: options.connectTimeoutMs ?? 10_000,
    ...(options.password === undefined ? {} : { password: options.password }),
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => {
      if (!established) return null;
      const waitMs = Math.min(longestRetryMs, FIRST_RETRY_MS * 2 ** Math.min(attempt, 20));
      return Math.ceil(waitMs * (0.5 + randomFraction(random) / 2));
    },
  });
  // Each call reports its own failure; ioredis would print errors that nobody listens to.
  let lastError: unknown;
  redis.on("error", (error) => lastError = error);
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    const cause = lastError ?? error;
    throw new RedisError(`Cannot reach Redis at ${host}:${port}`, { cause });
  }
  established = true;
  return new IoredisCalls(redis, `${host}:${port}`);
}

class IoredisCalls implements RedisCalls {
  readonly #redis: Redis;
  readonly #address: string;

  constructor(redis: Redis, address: string) {
    this.#redis = redis;
    this.#address = address;
  }

  get connected(): boolean {
    return this.#redis.status === "ready";
  }

  async call(command: readonly (string | number)[]): Promise<RedisReply> {
    const [name = "", ...args] = command;
    try {
      return await this.#redis.call(`${name}`, ...args) as RedisReply;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const refused = error instanceof Error && error.name === "ReplyError";
      throw refused
        ? new RedisError(message)
        : new RedisError(`Cannot call ${name} on Redis at ${this.#address}: ${message}`, {
          cause: error,
        });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#redis.status === "end") return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#redis.once("end", () => resolve());
    this.#redis.disconnect();
    await promise;
  }
}
