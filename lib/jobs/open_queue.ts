/**
 * From a configuration to the job queue on Redis.
 *
 * @module
 */
import { connectRedis } from "./ioredis_calls.ts";
import type { JobStore } from "./job_store.ts";
import { QueueView } from "./queue_view.ts";
import type { RedisCalls } from "./redis_calls.ts";
import { RedisJobStore } from "./redis_job_store.ts";

/** Where the queue is and how it is used. */
export interface QueueConfig {
  /** Name or address of the machine on which Redis runs. */
  readonly redisServer: string;
  /** TCP port of Redis. */
  readonly redisPort: number;
  /** `undefined` where Redis asks for none. */
  readonly redisPassword: string | undefined;
  /** Name of the list of waiting jobs. */
  readonly waitingJobsList: string;
  /** `fifo`: the oldest job first. `lifo`: the newest, as in the original. */
  readonly queueOrder: "fifo" | "lifo";
  /** False: a hand-out is final, as beside managers of the original. */
  readonly leases: boolean;
  /** Hand-outs of a job before it is given up. */
  readonly maxAttempts: number;
}

/** An open queue; disposing of it closes the connection. */
export interface OpenQueue extends AsyncDisposable {
  /** Works as long as the connection is open. */
  readonly store: JobStore;
  /** For who watches it; on the same connection. */
  readonly view: QueueView;
  /** The connection, for what is kept beside the queue. */
  readonly calls: RedisCalls;
}

/**
 * Opens the queue.
 *
 * @param config See {@linkcode QueueConfig}.
 * @returns The queue.
 * @throws {RedisError} When Redis cannot be reached.
 */
export async function openQueue(config: QueueConfig): Promise<OpenQueue> {
  const calls = await connectRedis({
    host: config.redisServer,
    port: config.redisPort,
    ...(config.redisPassword === undefined ? {} : { password: config.redisPassword }),
  });
  return queueOn(calls, config);
}

/**
 * Makes a queue of a connection.
 *
 * @param calls The connection; closed together with the queue.
 * @param config Name and order of the queue; where Redis is no longer matters.
 * @returns The queue.
 */
export function queueOn(calls: RedisCalls, config: QueueConfig): OpenQueue {
  const options = {
    waitingList: config.waitingJobsList,
    order: config.queueOrder,
    maxAttempts: config.maxAttempts,
  };
  return {
    store: new RedisJobStore(calls, { ...options, leases: config.leases }),
    view: new QueueView(calls, options),
    calls,
    [Symbol.asyncDispose]: () => calls[Symbol.asyncDispose](),
  };
}
