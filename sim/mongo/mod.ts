/**
 * An embedded MongoDB: what the site stores in one, kept in memory or in a folder, for the real driver.
 *
 * @module
 */

export type { Clock, Timer } from "../../lib/clock.ts";
export type { Random } from "../../lib/random.ts";
export type { MongoLimits } from "./limits.ts";
export { type MongoServer, type MongoServerOptions, startMongoServer } from "./server.ts";
