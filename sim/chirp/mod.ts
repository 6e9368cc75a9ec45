/**
 * A Chirp file server for tests and simulations, on a folder or in memory. It speaks with the real
 * `chirp_get`, `chirp_put` and `chirp`, and a folder can move between it and a real chirp_server.
 *
 * @module
 */

export { type ChirpFaults } from "./faults.ts";
export { ChirpServer, type ChirpServerOptions, startChirpServer } from "./server.ts";
export { type Storage, type StoredFile } from "./storage.ts";
