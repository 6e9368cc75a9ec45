/**
 * Takes every trace of some jobs out of a Redis, whatever implementation left it, and nothing else.
 *
 * @module
 */
import type { RedisCalls, RedisReply } from "../../lib/jobs/redis_calls.ts";

/** Whose traces are removed. */
export interface Owned {
  /** Name of the list of waiting jobs. */
  readonly queue: string;
  /** Job ids. */
  readonly ids: readonly string[];
  /** Local parts of the accounts whose cooldown is forgotten. */
  readonly accounts: readonly string[];
}

/** Keys looked at between two answers of SCAN. */
const SCAN_COUNT = 500;
/** Command that takes a member out of a key of a type. */
const TAKE_OUT: Readonly<Record<string, (key: string, id: string) => (string | number)[]>> = {
  list: (key, id) => ["LREM", key, 0, id],
  zset: (key, id) => ["ZREM", key, id],
  set: (key, id) => ["SREM", key, id],
  hash: (key, id) => ["HDEL", key, id],
};

/**
 * Removes the traces.
 *
 * @param redis The Redis.
 * @param owned Whose traces.
 * @returns Keys that name one of the jobs or accounts and are still there.
 * @throws {RedisError} When it cannot be reached.
 */
export async function removeTraces(redis: RedisCalls, owned: Owned): Promise<string[]> {
  for (const key of await keysOf(redis)) {
    if (isOwn(key, owned)) await redis.call(["DEL", key]);
    else if (isShared(key, owned.queue)) await takeOut(redis, key, owned);
  }
  return (await keysOf(redis)).filter((key) => isOwn(key, owned));
}

/** A key that one of the jobs or accounts has for itself. */
function isOwn(key: string, { ids, accounts }: Owned): boolean {
  return ids.some((id) => id !== "" && key.includes(id)) ||
    accounts.some((account) => key === `agentseen::${account}`) ||
    // The leases of one full JID.
    accounts.some((account) => key.includes(`:agent:${account}@`));
}

/** A key that holds members of many jobs. */
function isShared(key: string, queue: string): boolean {
  return key === queue || key.startsWith(`${queue}:p`) || key.startsWith("copilot:");
}

async function takeOut(redis: RedisCalls, key: string, { ids }: Owned): Promise<void> {
  const command = TAKE_OUT[String(await redis.call(["TYPE", key]))];
  if (command === undefined) return;
  for (const id of ids) {
    await redis.call(command(key, id));
    // Our own queue counts references to input directories.
    if (key === "copilot:inputs") await redis.call(["HDEL", key, `${id}.input`]);
  }
}

async function keysOf(redis: RedisCalls): Promise<string[]> {
  const keys = new Set<string>();
  let cursor = "0";
  do {
    const reply: RedisReply = await redis.call(["SCAN", cursor, "COUNT", SCAN_COUNT]);
    if (!Array.isArray(reply)) return [...keys];
    cursor = String(reply[0]);
    for (const key of Array.isArray(reply[1]) ? reply[1] : []) keys.add(String(key));
  } while (cursor !== "0");
  return [...keys];
}
