/**
 * Chirp, the file protocol of the Cooperative Computing Tools: a client, and the pure parts that a server
 * shares with it.
 *
 * @example A directory with all below it, from a server to this machine
 * ```ts
 * import { connectChirp } from "./mod.ts";
 * import { startChirpServer } from "../../sim/chirp/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const work = await Deno.makeTempDir();
 * {
 *   await using server = await startChirpServer({ rootAcl: "address:127.0.0.1 rwlda\n" });
 *   await using chirp = connectChirp({ host: "127.0.0.1", port: server.port, auth: ["address"] });
 *   await chirp.mkdir("/7");
 *   await chirp.putBytes(new TextEncoder().encode("2 + 2"), "/7/input");
 *   assertEquals(await chirp.getTree("/7", `${work}/7`), 1);
 *   assertEquals(await Deno.readTextFile(`${work}/7/input`), "2 + 2");
 * }
 * await Deno.remove(work, { recursive: true });
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
