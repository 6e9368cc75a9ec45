/**
 * Redis over the network, by npm:ioredis.
 *
 * @module
 */
import { Redis } from "ioredis";
import { restoreFastStrings } from "./_fast_strings.ts";
import { type Clock, systemClock, type Timer } from "../clock.ts";
import { type Random, randomFraction, systemRandom } from "../random.ts";
import { type RedisCalls, RedisError, type RedisReply } from "./redis_calls.ts";

restoreFastStrings();

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
  /**
   * A connection on which an answer is due and nothing arrives for so long is given up and made anew,
   * in milliseconds; blocking commands must be shorter. Default: 30,000.
   */
  readonly answerTimeoutMs?: number | undefined;
  /** Longest wait between attempts to connect again, in milliseconds. Default: 5000. */
  readonly longestRetryMs?: number | undefined;
  /** Clock of the waits between attempts. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of the jitter between attempts. Default: the machine's. */
  readonly random?: Random | undefined;
}

/** First wait before a lost connection is made again, in milliseconds; doubled each time. */
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
  const { host, port = 6379 } = options;
  const redis = new Redis({
    host,
    port,
    db: options.database ?? 0,
    connectTimeout: options.connectTimeoutMs ?? 10_000,
    socketTimeout: options.answerTimeoutMs ?? 30_000,
    ...(options.password === undefined ? {} : { password: options.password }),
    lazyConnect: true,
    // The seam speaks RESP2; older servers know no other.
    protocol: 2,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // Its own retries keep timers that outlive the connection; IoredisCalls retries by the clock.
    retryStrategy: null,
  });
  // Each call reports its own failure; ioredis would print errors that nobody listens to.
  let lastError: unknown;
  redis.on("error", (error) => lastError = error);
  try {
    await redis.connect();
  } catch (error) {
    await disconnect(redis);
    const cause = lastError ?? error;
    throw new RedisError(`Cannot reach Redis at ${host}:${port}`, { cause });
  }
  return new IoredisCalls(redis, `${host}:${port}`, options);
}

/** Ends the connection, and resolves when nothing of it is left. */
async function disconnect(redis: Redis): Promise<void> {
  // Disconnecting a closed connection would leave a timer behind.
  if (redis.status === "end") return;
  const { promise, resolve } = Promise.withResolvers<void>();
  redis.once("end", () => resolve());
  if (redis.status !== "close") redis.disconnect();
  await promise;
}

/** What ioredis answers: errors of single commands stand inside the answer of `EXEC`. */
type RawReply = string | number | null | Error | readonly RawReply[];

/** Replaces errors inside an answer by their text. */
function withoutErrors(reply: RawReply): RedisReply {
  if (reply instanceof Error) return reply.message;
  return Array.isArray(reply) ? reply.map(withoutErrors) : reply as RedisReply;
}

class IoredisCalls implements RedisCalls {
  readonly #redis: Redis;
  readonly #address: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #longestRetryMs: number;
  #attempts = 0;
  #retry: Timer | undefined;
  #isDisposed = false;

  constructor(redis: Redis, address: string, options: RedisOptions) {
    this.#redis = redis;
    this.#address = address;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#longestRetryMs = options.longestRetryMs ?? 5000;
    redis.on("ready", () => this.#attempts = 0);
    redis.on("end", () => this.#scheduleRetry());
    // The connection may have broken since it was made.
    if (redis.status === "end") this.#scheduleRetry();
  }

  get connected(): boolean {
    return this.#redis.status === "ready";
  }

  async call(command: readonly (string | number)[]): Promise<RedisReply> {
    const [name = "", ...args] = command;
    if (!this.connected) {
      throw new RedisError(`Cannot call ${name}: Redis at ${this.#address} is not connected`);
    }
    try {
      return withoutErrors(await this.#redis.call(`${name}`, ...args) as RawReply);
    } catch (cause) {
      if (cause instanceof Error && cause.name === "ReplyError") {
        throw new RedisError(cause.message);
      }
      // The command may have taken effect: whoever called decides whether to repeat it.
      throw new RedisError(
        `Lost the answer to ${name}: the connection to Redis at ${this.#address} broke`,
        { cause },
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#retry?.cancel();
    await disconnect(this.#redis);
  }

  #scheduleRetry(): void {
    if (this.#isDisposed) return;
    const waitMs = Math.min(
      this.#longestRetryMs,
      FIRST_RETRY_MS * 2 ** Math.min(this.#attempts, 20),
    );
    this.#attempts++;
    this.#retry?.cancel();
    this.#retry = this.#clock.after(waitMs * (0.5 + randomFraction(this.#random) / 2), () => {
      // A failure ends the connection again, which schedules the next attempt.
      this.#redis.connect().catch(() => {});
    });
  }
}
