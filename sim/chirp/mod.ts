/**
 * A Chirp file server for tests and simulations, on a folder or in memory. It speaks with the real
 * `chirp_get`, `chirp_put` and `chirp`, and a folder can move between it and a real chirp_server.
 *
 * @module
 */

export type { IdentityMethod } from "./authentication.ts";
export type { ByteConnection } from "./byte_stream.ts";
export type { ChirpFaults } from "./faults.ts";
export { ChirpServer, type ChirpServerOptions, startChirpServer } from "./server.ts";
export type { FileOpening, Storage, StoredFile, StoreSpace } from "./storage.ts";
export type { ChirpStat } from "../../lib/chirp/stat.ts";
export type { Clock, Timer } from "../../lib/clock.ts";
export type { Random } from "../../lib/random.ts";
