/**
 * The job queue, as the dashboard reaches it.
 *
 * @module
 */
import { connectRedis } from "../../../lib/jobs/ioredis_calls.ts";
import { type OpenQueue, type QueueConfig, queueOn } from "../../../lib/jobs/open_queue.ts";

/** A page that waits longer than so long for Redis is told that it is broken. */
const PATIENCE_MS = 5000;

/**
 * Opens the queue; a lost connection is made again by itself, and uses in between fail at once.
 *
 * @param config Where it is.
 * @returns The queue.
 * @throws {RedisError} When Redis cannot be reached.
 */
export async function openDashboardQueue(config: QueueConfig): Promise<OpenQueue> {
  const calls = await connectRedis({
    host: config.redisServer,
    port: config.redisPort,
    password: config.redisPassword,
    connectTimeoutMs: PATIENCE_MS,
    answerTimeoutMs: PATIENCE_MS,
  });
  return queueOn(calls, config);
}
