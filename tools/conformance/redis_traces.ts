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
/** Times that traces are looked for and removed at most. */
const REMOVAL_ROUNDS = 3;

/** How members of a key of a type are read, and taken out. */
const MEMBERS: Readonly<Record<string, readonly [read: (string | number)[], remove: string]>> = {
  list: [["LRANGE", 0, -1], "LREM"],
  zset: [["ZRANGE", 0, -1], "ZREM"],
  set: [["SMEMBERS"], "SREM"],
  hash: [["HKEYS"], "HDEL"],
};

/**
 * Removes the traces.
 *
 * @param redis The Redis.
 * @param owned Whose traces.
 * @returns Keys, and members of shared keys, that name one of the jobs and are still there.
 * @throws {RedisError} When it cannot be reached.
 */
export async function removeTraces(redis: RedisCalls, owned: Owned): Promise<string[]> {
  let left: string[] = [];
  // What is still under way when a run ends may leave its trace while others are removed.
  for (let round = 0; round < REMOVAL_ROUNDS; round++) {
    for (const key of await keysOf(redis)) {
      if (isOwn(key, owned)) await redis.call(["DEL", key]);
      else if (isShared(key, owned.queue)) await takeOut(redis, key, owned);
    }
    left = await tracesLeft(redis, owned);
    if (left.length === 0) break;
  }
  return left;
}

async function tracesLeft(redis: RedisCalls, owned: Owned): Promise<string[]> {
  const left: string[] = [];
  for (const key of await keysOf(redis)) {
    if (isOwn(key, owned)) left.push(key);
    else if (isShared(key, owned.queue)) {
      for (const member of await ownMembers(redis, key, owned)) left.push(`${key}: ${member}`);
    }
  }
  return left;
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

/** Members of a shared key that are, or name, one of the jobs. */
async function ownMembers(redis: RedisCalls, key: string, { ids }: Owned): Promise<string[]> {
  const [read] = MEMBERS[String(await redis.call(["TYPE", key]))] ?? [];
  const [command, ...range] = read ?? [];
  if (command === undefined) return [];
  const members = await redis.call([command, key, ...range]);
  return Array.isArray(members)
    ? members.map(String).filter((member) => ids.some((id) => id !== "" && member.includes(id)))
    : [];
}

async function takeOut(redis: RedisCalls, key: string, owned: Owned): Promise<void> {
  const remove = MEMBERS[String(await redis.call(["TYPE", key]))]?.[1];
  if (remove === undefined) return;
  for (const member of await ownMembers(redis, key, owned)) {
    await redis.call(remove === "LREM" ? [remove, key, 0, member] : [remove, key, member]);
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
