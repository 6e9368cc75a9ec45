/**
 * A client on a scripted peer.
 *
 * @module
 */

import { assertRejects } from "@std/assert";
import { type ChirpClient, type ChirpOptions, connectChirp } from "../../../lib/chirp/client.ts";
import { FileTransferError, type FileTransferErrorCode } from "../../../lib/chirp/file_transfer.ts";
import { seededRandom } from "../../../lib/random.ts";
import { type PeerScript, type ScriptedPeer, startPeer } from "./_scripted_peer.ts";
import { TestClock } from "./_test_clock.ts";

/** What a test is given. */
export interface Scene {
  readonly client: ChirpClient;
  readonly peer: ScriptedPeer;
  readonly clock: TestClock;
  /** An empty local directory. */
  readonly local: string;
}

/**
 * Runs a test with a client and a peer.
 *
 * @param scripts What the peer does with one connection after the other.
 * @param run The test.
 * @param options Options of the client, beside those for the peer.
 */
export async function withPeer(
  scripts: readonly PeerScript[],
  run: (scene: Scene) => Promise<void>,
  options: Partial<ChirpOptions> = {},
): Promise<void> {
  const local = await Deno.makeTempDir({ prefix: "chirp-client-" });
  const clock = new TestClock(10_000);
  try {
    await using peer = startPeer(...scripts);
    await using client = connectChirp({
      host: peer.host,
      port: peer.port,
      auth: ["address"],
      clock,
      random: seededRandom(7),
      ...options,
    });
    await run({ client, peer, clock, local });
  } finally {
    await Deno.remove(local, { recursive: true });
  }
}

/**
 * Expects a failure.
 *
 * @param code Its code.
 * @param action What shall fail.
 * @param part A part of its message.
 */
export async function assertFails(
  code: FileTransferErrorCode,
  action: () => Promise<unknown>,
  part = "Cannot",
): Promise<void> {
  const error = await assertRejects(action, FileTransferError, part);
  if (error.code !== code) throw new Error(`Expected ${code}, got ${error.code}`, { cause: error });
}

/**
 * Lists a local directory.
 *
 * @param path The directory.
 * @returns The names, sorted.
 */
export async function namesIn(path: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
}
