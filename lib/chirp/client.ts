/**
 * A client of Chirp file servers, the real one of `chirp_server` and our own of `sim/chirp` alike.
 *
 * @module
 */

import { type Clock, systemClock } from "../clock.ts";
import { type Random, systemRandom } from "../random.ts";
import type { ChirpAuthMethod } from "./auth.ts";
import { ChirpCalls } from "./calls.ts";
import { type FileTransfer, FileTransferError, type TransferOptions } from "./file_transfer.ts";
import { getTree } from "./get_tree.ts";
import type { TreeLimits } from "./local_tree.ts";
import { ProgressMeter } from "./progress.ts";
import { putTree } from "./put_tree.ts";
import { ChirpFile, type OpenOptions } from "./remote_file.ts";
import { ChirpSession, type SessionOptions } from "./session.ts";
import { fetchFile, PERMISSION_MASK, readStored, storeFile } from "./transfer.ts";
import { CHIRP_PORT, encodePath } from "./wire.ts";

/** Options of {@linkcode connectChirp}. */
export interface ChirpOptions {
  /** Name or address of the server. */
  readonly host: string;
  /** Its TCP port. Default: 9094. */
  readonly port?: number;
  /** Ways to authenticate, tried in order. Default: `address`, `hostname`, `unix`. */
  readonly auth?: readonly ChirpAuthMethod[];
  /** The one directory where the method `unix` may create a file. Default: `/tmp`. */
  readonly challengeDir?: string;
  /** Longest time that one read or write may take, in milliseconds. Default: 60 s. */
  readonly timeoutMs?: number;
  /** Longest time to make a connection, in milliseconds. Default: 15 s. */
  readonly connectTimeoutMs?: number;
  /** How often a request is tried again, each time on a fresh connection. Default: 5. */
  readonly retries?: number;
  /** Wait before the first retry, in milliseconds; it doubles, half of it by chance. Default: 250. */
  readonly retryDelayMs?: number;
  /** An unused connection older than this is replaced, in milliseconds; servers bear 60 s. Default: 30 s. */
  readonly idleMs?: number;
  /** Most directories below each other in a tree. Default: 64. */
  readonly maxDepth?: number;
  /** Most names of a listing, and most entries of a tree. Default: 200,000. */
  readonly maxEntries?: number;
  /** Ends the client. */
  readonly signal?: AbortSignal | undefined;
  /** Measures all times. Default: the system's. */
  readonly clock?: Clock;
  /** Spreads the retries, names temporary files. Default: the system's. */
  readonly random?: Random;
}

/** Options of {@linkcode ChirpClient.getBytes}. */
export interface GetBytesOptions {
  /** Most bytes that are taken. Default: 16 MiB. */
  readonly limitBytes?: number;
  /** Breaks the transfer off. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode ChirpClient.putBytes}. */
export interface PutBytesOptions {
  /** Permission bits; a server keeps little more than the owner's right to execute. Default: 0644. */
  readonly mode?: number;
  /** Breaks the transfer off. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_LIMIT_BYTES = 16 * 1024 * 1024;

/** A server as one identity sees it; made by {@linkcode connectChirp}. */
export class ChirpClient extends ChirpCalls implements FileTransfer {
  readonly #session: ChirpSession;
  readonly #limits: TreeLimits;
  readonly #random: Random;

  /**
   * Makes a client, as {@linkcode connectChirp} does.
   *
   * @param options Where the server is; the rest has defaults.
   */
  constructor(options: ChirpOptions) {
    const maxEntries = options.maxEntries ?? 200_000;
    const session = new ChirpSession(sessionOptionsOf(options));
    super(session, maxEntries);
    this.#session = session;
    this.#limits = { maxDepth: options.maxDepth ?? 64, maxEntries };
    this.#random = options.random ?? systemRandom;
  }

  /** Copies a remote file to a local one, streaming; replaces the local file, parents must exist. */
  get(remotePath: string, localPath: string, options: TransferOptions = {}): Promise<void> {
    const progress = new ProgressMeter(remotePath, options.onProgress);
    return this.#session.request({
      action: `get ${remotePath}`,
      repeatable: true,
      signal: options.signal,
      run: (connection) => fetchFile(connection, remotePath, localPath, progress, this.#random),
    });
  }

  /** Copies a local file to a remote one, streaming. */
  put(localPath: string, remotePath: string, options: TransferOptions = {}): Promise<void> {
    const progress = new ProgressMeter(remotePath, options.onProgress);
    let interrupted = false;
    return this.#session.request({
      action: `put ${localPath} to ${remotePath}`,
      repeatable: true,
      signal: options.signal,
      // Whoever may only put new files meets the rest of a broken upload until the server has deleted it.
      passing: (failure) => interrupted && failure.code === "already-exists",
      run: async (connection) => {
        await storeFile(connection, localPath, remotePath, progress, () => interrupted = true);
      },
    });
  }

  /** Copies a remote directory with all below it; returns the number of files. */
  async getTree(
    remotePath: string,
    localPath: string,
    options: TransferOptions = {},
  ): Promise<number> {
    const { kind } = await this.stat(remotePath);
    if (kind !== "directory") {
      const action = this.#session.describe(`get the tree ${remotePath}`);
      throw new FileTransferError("not-directory", `${action}: it is a ${kind}`);
    }
    return await getTree(this.#session, remotePath, localPath, { ...this.#limits, ...options });
  }

  /** Copies a local directory with all below it; returns the number of files. */
  putTree(localPath: string, remotePath: string, options: TransferOptions = {}): Promise<number> {
    return putTree(this.#session, localPath, remotePath, { ...this.#limits, ...options });
  }

  /** A small remote file's content; a larger one is an error `too-big`. */
  getBytes(remotePath: string, options: GetBytesOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { limitBytes = DEFAULT_LIMIT_BYTES, signal } = options;
    const action = `get ${remotePath}`;
    return this.#session.request({
      action,
      repeatable: true,
      signal,
      run: async (connection) => {
        await connection.sendLine(`getfile ${encodePath(remotePath)}`);
        const lengthBytes = await connection.readResult();
        if (lengthBytes > limitBytes) {
          const reason = `${lengthBytes} bytes are more than ${limitBytes}`;
          throw new FileTransferError("too-big", `${this.#session.describe(action)}: ${reason}`);
        }
        const bytes = new Uint8Array(lengthBytes);
        await connection.readFully(bytes);
        return bytes;
      },
    });
  }

  /** Makes or replaces a remote file with this content. */
  putBytes(
    bytes: Uint8Array,
    remotePath: string,
    options: PutBytesOptions = {},
  ): Promise<void> {
    const mode = (options.mode ?? 0o644) & PERMISSION_MASK;
    let interrupted = false;
    return this.#session.request({
      action: `put ${remotePath}`,
      repeatable: true,
      signal: options.signal,
      passing: (failure) => interrupted && failure.code === "already-exists",
      run: async (connection) => {
        await connection.sendLine(`putfile ${encodePath(remotePath)} ${mode} ${bytes.length}`);
        await connection.readResult();
        interrupted = true;
        await connection.send(bytes);
        await readStored(connection, bytes.length);
      },
    });
  }

  /** Opens a remote file, to read and write parts of it. */
  open(remotePath: string, options: OpenOptions = {}): Promise<ChirpFile> {
    return ChirpFile.open(this.#session, remotePath, options);
  }

  /** Closes the connection; requests that are under way or wait fail as `disconnected`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#session[Symbol.dispose]();
    return Promise.resolve();
  }
}

/**
 * Makes a client. Nothing is sent until the first request; requests go one at a time over one connection,
 * which is replaced when it breaks or was idle for long.
 *
 * @example
 * ```ts
 * import { connectChirp } from "./client.ts";
 * import { startChirpServer } from "../../sim/chirp/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await startChirpServer({ rootAcl: "address:127.0.0.1 rwlda\n" });
 * await using chirp = connectChirp({ host: "127.0.0.1", port: server.port, auth: ["address"] });
 * await chirp.mkdir("/7");
 * assertEquals(await chirp.list("/"), ["7"]);
 * ```
 *
 * @param options Where the server is; the rest has defaults.
 * @returns The client.
 */
export function connectChirp(options: ChirpOptions): ChirpClient {
  return new ChirpClient(options);
}

function sessionOptionsOf(options: ChirpOptions): SessionOptions {
  return {
    host: options.host,
    port: options.port ?? CHIRP_PORT,
    auth: options.auth ?? ["address", "hostname", "unix"],
    challengeDir: options.challengeDir ?? "/tmp",
    timeoutMs: options.timeoutMs ?? 60_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 15_000,
    retries: options.retries ?? 5,
    retryDelayMs: options.retryDelayMs ?? 250,
    idleMs: options.idleMs ?? 30_000,
    signal: options.signal,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
