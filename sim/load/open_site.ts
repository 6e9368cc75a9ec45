/**
 * From options to the place of a load test.
 *
 * @module
 */
import { memoryRedisCalls, RedisStore } from "../redis/mod.ts";
import { NO_PLACE } from "./files.ts";
import type { LoadSite } from "./load_site.ts";
import { MemorySite } from "./memory_site.ts";
import type { LoadOptions } from "./options.ts";

/**
 * Opens a place.
 *
 * @param options See {@linkcode LoadOptions}.
 * @returns The place, its servers at work.
 */
export async function openSite(options: LoadOptions): Promise<LoadSite> {
  const store = new RedisStore();
  return await MemorySite.open({
    xml: options.transport === "memory-xml",
    connectRedis: () => Promise.resolve(memoryRedisCalls(store)),
    files: NO_PLACE,
    servers: new Map(),
  });
}
