/**
 * Configuration of components: the original's files, the environment and flags, checked against
 * declarations and typed by them.
 *
 * @example
 * ```ts
 * import { defineVariables, loadConfig } from "./config.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const variables = defineVariables({
 *   redisPort: {
 *     name: "JM_REDIS_PORT",
 *     kind: "integer",
 *     meaning: "Port of Redis",
 *     example: "6379",
 *     default: 6379,
 *   },
 * });
 * const { config } = await loadConfig(variables, { component: "copilot-jobmanager-generic" });
 * assertEquals(config.redisPort, 6379);
 * ```
 *
 * @module
 */

export * from "./config/address.ts";
export * from "./config/config_error.ts";
export type { ConfigEntry } from "./config/config_text.ts";
export * from "./config/describe_variables.ts";
export * from "./config/load.ts";
export * from "./config/protection_variables.ts";
export * from "./config/shared_variables.ts";
export * from "./config/sources.ts";
export * from "./config/variables.ts";
