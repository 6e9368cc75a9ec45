/**
 * An in-memory Redis: a server on a port, and the seam `RedisCalls` without one.
 *
 * @example
 * ```ts
 * import { memoryRedisCalls, RedisStore } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using store = new RedisStore();
 * await using calls = memoryRedisCalls(store);
 * await calls.call(["LPUSH", "waiting_jobs", "id"]);
 * assertEquals(await calls.call(["RPOP", "waiting_jobs"]), "id");
 * ```
 *
 * @module
 */

export type { FsyncPolicy } from "./append_only_file.ts";
export { memoryRedisCalls } from "./memory_calls.ts";
export { type RedisServer, type RedisServerOptions, startRedisServer } from "./redis_server.ts";
export type { RespLimits } from "./resp_parser.ts";
export { type RedisSnapshot, RedisStore, type RedisStoreOptions, type Write } from "./store.ts";
