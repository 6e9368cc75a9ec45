/**
 * Chirp, the file protocol of the Cooperative Computing Tools: a client, and the pure parts that a server
 * shares with it.
 *
 * @example
 * ```ts ignore
 * import { connectChirp } from "./mod.ts";
 *
 * await using chirp = connectChirp({ host: "chirp.example.org" });
 * await chirp.getTree("/jobs/7", "work");
 * ```
 *
 * @module
 */

export * from "./acl.ts";
export * from "./address.ts";
export type { ChirpSpace } from "./answers.ts";
export type { ChirpAuthMethod } from "./auth.ts";
export type { ChirpCalls } from "./calls.ts";
export {
  ChirpClient,
  type ChirpOptions,
  connectChirp,
  type GetBytesOptions,
  type PutBytesOptions,
} from "./client.ts";
export { CHIRP_CODES, type ChirpCodeName, fileTransferErrorFor } from "./codes.ts";
export * from "./file_transfer.ts";
export { ChirpFile, type OpenOptions } from "./remote_file.ts";
export * from "./wire.ts";
