/**
 * Files that are open on a server: any part of them can be read and written.
 *
 * @module
 */

import { readStat } from "./answers.ts";
import { type ChirpConnection, encodeLine } from "./connection.ts";
import { type FileStatus, FileTransferError } from "./file_transfer.ts";
import type { ChirpSession } from "./session.ts";
import { encodePath, fileStatusOf, LONGEST_IO } from "./wire.ts";

/** How to open a file; without `write` it is open for reading only. */
export interface OpenOptions {
  /** Allow reading. Default: true. */
  readonly read?: boolean;
  /** Allow writing. Default: false. */
  readonly write?: boolean;
  /** Make the file if it is missing. Default: false. */
  readonly create?: boolean;
  /** With `create`: fail if it exists. Default: false. */
  readonly exclusive?: boolean;
  /** Cut it to nothing. Default: false. */
  readonly truncate?: boolean;
  /** Write at the end, whatever the offset. Default: false. */
  readonly append?: boolean;
  /** Permission bits of a new file. Default: 0644. */
  readonly mode?: number;
}

/** An open file. It lives as long as the connection on which it was opened, and is not opened again. */
export class ChirpFile implements AsyncDisposable {
  readonly #session: ChirpSession;
  readonly #connection: ChirpConnection;
  readonly #path: string;
  readonly #descriptor: number;
  #closed = false;

  /**
   * Opens a file.
   *
   * @param session The connection and its queue.
   * @param remotePath Which file.
   * @param options What for.
   * @returns The open file.
   * @throws {FileTransferError} It cannot be opened.
   */
  static open(
    session: ChirpSession,
    remotePath: string,
    options: OpenOptions,
  ): Promise<ChirpFile> {
    const mode = options.mode ?? 0o644;
    return session.request({
      action: `open ${remotePath}`,
      repeatable: options.exclusive !== true,
      run: async (connection) => {
        await connection.sendLine(`open ${encodePath(remotePath)} ${flagsOf(options)} ${mode}`);
        const descriptor = await connection.readResult();
        await readStat(connection);
        connection.openFiles++;
        return new ChirpFile(session, connection, remotePath, descriptor);
      },
    });
  }

  private constructor(
    session: ChirpSession,
    connection: ChirpConnection,
    path: string,
    descriptor: number,
  ) {
    this.#session = session;
    this.#connection = connection;
    this.#path = path;
    this.#descriptor = descriptor;
  }

  /** Reads into `target` from an offset in bytes; returns how many, fewer only at the end of the file. */
  read(target: Uint8Array, offset: number): Promise<number> {
    return this.#use("read", async (connection) => {
      let filled = 0;
      while (filled < target.length) {
        const wanted = Math.min(target.length - filled, LONGEST_IO);
        await connection.sendLine(`pread ${this.#descriptor} ${wanted} ${offset + filled}`);
        const length = await connection.readResult();
        if (length > wanted) connection.outOfStep(`${length} bytes came for ${wanted}`);
        await connection.readFully(target.subarray(filled, filled + length));
        filled += length;
        if (length < wanted) break;
      }
      return filled;
    });
  }

  /** Writes all of `bytes` at an offset in bytes. */
  write(bytes: Uint8Array, offset: number): Promise<void> {
    return this.#use("write", async (connection) => {
      for (let at = 0; at < bytes.length;) {
        const piece = bytes.subarray(at, at + LONGEST_IO);
        const line = `pwrite ${this.#descriptor} ${piece.length} ${offset + at}`;
        await connection.send(encodeLine(line));
        await connection.send(piece);
        const written = await connection.readResult();
        if (written !== piece.length) {
          connection.outOfStep(`the server wrote ${written} of ${piece.length} bytes`);
        }
        at += written;
      }
    });
  }

  /** Cuts the file, or lengthens it with zeros, to a size in bytes. */
  truncate(sizeBytes: number): Promise<void> {
    return this.#call("truncate", `ftruncate ${this.#descriptor} ${sizeBytes}`);
  }

  /** Waits until what was written is on the server's disk. */
  sync(): Promise<void> {
    return this.#call("sync", `fsync ${this.#descriptor}`);
  }

  /** Looks at the file. */
  stat(): Promise<FileStatus> {
    return this.#use("stat", async (connection) => {
      await connection.sendLine(`fstat ${this.#descriptor}`);
      await connection.readResult();
      return fileStatusOf(await readStat(connection));
    });
  }

  /** Closes the file; a second time, or after the connection was lost, nothing happens. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed || !this.#connection.usable) return;
    await this.#call("close", `close ${this.#descriptor}`);
    this.#closed = true;
    this.#connection.openFiles--;
  }

  #call(verb: string, line: string): Promise<void> {
    return this.#use(verb, async (connection) => {
      await connection.sendLine(line);
      await connection.readResult();
    });
  }

  /** Runs a request on the connection that knows the descriptor, never on another. */
  async #use<T>(verb: string, run: (connection: ChirpConnection) => Promise<T>): Promise<T> {
    const action = `${verb} ${this.#path}`;
    if (this.#closed || !this.#connection.usable) throw this.#lost(action);
    return await this.#session.request({
      action,
      repeatable: false,
      run: (connection) => {
        if (connection !== this.#connection) throw this.#lost(action);
        return run(connection);
      },
    });
  }

  #lost(action: string): FileTransferError {
    const reason = this.#closed ? "the file is closed" : "its connection was lost";
    return new FileTransferError("disconnected", `${this.#session.describe(action)}: ${reason}`);
  }
}

function flagsOf(options: OpenOptions): string {
  const { read = true, write, create, exclusive, truncate, append } = options;
  return [
    read ? "r" : "",
    write ? "w" : "",
    create ? "c" : "",
    truncate ? "t" : "",
    append ? "a" : "",
    exclusive ? "x" : "",
  ].join("") || "r";
}
