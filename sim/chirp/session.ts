/**
 * One authenticated connection as the requests see it: who asks, what may be touched, which files are
 * open, and the two streams of bytes.
 *
 * @module
 */

import { CHIRP_CODES } from "../../lib/chirp/codes.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import { Access, type AccessPolicy, type Caller } from "./access.ts";
import type { BufferPool } from "./buffer_pool.ts";
import type { ByteReader, ByteWriter } from "./byte_stream.ts";
import { ChirpFailure } from "./failure.ts";
import type { FaultPlan } from "./faults.ts";
import { type Resolved, type ResolveOptions, resolvePath } from "./resolve.ts";
import type { Storage, StoredFile } from "./storage.ts";

/** What all connections of a server share. */
export interface ServerContext {
  /** The files. */
  readonly storage: Storage;
  /** Rules of access. */
  readonly policy: AccessPolicy;
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
  /** Faults put in on purpose. */
  readonly faults: FaultPlan;
  /** Large buffers for transfers. */
  readonly buffers: BufferPool;
  /** Whether clients may make the server a client of other servers. */
  readonly outgoing: boolean;
}

/** An entry of the table of open files. */
export type OpenEntry =
  | {
    readonly kind: "file";
    readonly path: string;
    readonly file: StoredFile;
    readonly readable: boolean;
    readonly writable: boolean;
  }
  | { readonly kind: "directory"; readonly path: string };

/** Most files that one connection may have open. */
const MOST_OPEN_FILES = 1024;

/** One authenticated connection. */
export class Session implements Disposable {
  /** Asks the lists on behalf of this connection. */
  readonly access: Access;
  /** True once the connection must end after what has been answered. */
  ending = false;
  /** Where the present answer begins in the output; a failure behind it cannot be told any more. */
  answerStart = 0;
  readonly #open: (OpenEntry | undefined)[] = [];

  /**
   * @param server What all connections share.
   * @param caller Who asks.
   * @param reader Requests and data.
   * @param writer Answers.
   * @param signal Aborted when the connection ends.
   * @param keepAlive Called while a long request is at work without a byte on this connection.
   */
  constructor(
    readonly server: ServerContext,
    readonly caller: Caller,
    readonly reader: ByteReader,
    readonly writer: ByteWriter,
    readonly signal: AbortSignal,
    readonly keepAlive: () => void,
  ) {
    this.access = new Access(server.storage, server.policy, caller);
  }

  /** The files of the server. */
  get storage(): Storage {
    return this.server.storage;
  }

  /** Tells the client to send its data; another answer follows when they have come. */
  goAhead(): void {
    this.writer.line(0);
    this.answerStart = this.writer.totalBytes;
  }

  /**
   * Finds what a path of a request stands for.
   *
   * @param path The path, absolute and folded.
   * @param options How to look.
   * @returns The entry or the free place.
   * @throws {ChirpFailure} See {@linkcode resolvePath}.
   */
  find(path: string, options?: ResolveOptions): Resolved {
    return resolvePath(this.storage, path, options);
  }

  /**
   * Takes the smallest free number for an open file.
   *
   * @param entry What was opened.
   * @returns Its number.
   * @throws {ChirpFailure} -9 when too many are open.
   */
  addOpen(entry: OpenEntry): number {
    const free = this.#open.indexOf(undefined);
    const descriptor = free < 0 ? this.#open.length : free;
    if (descriptor >= MOST_OPEN_FILES) {
      if (entry.kind === "file") entry.file.close();
      throw new ChirpFailure(
        CHIRP_CODES.TOO_MANY_OPEN,
        `Cannot open more than ${descriptor} files`,
      );
    }
    this.#open[descriptor] = entry;
    return descriptor;
  }

  /**
   * Finds what stands behind a number.
   *
   * @param descriptor The number.
   * @returns The open file or directory.
   * @throws {ChirpFailure} -12 when nothing does.
   */
  opened(descriptor: number): OpenEntry {
    const entry = this.#open[descriptor];
    if (entry === undefined) {
      throw new ChirpFailure(CHIRP_CODES.BAD_FD, `Cannot use ${descriptor}, which is not open`);
    }
    return entry;
  }

  /**
   * Finds the file behind a number, to read from it.
   *
   * @param descriptor The number.
   * @returns The open file.
   * @throws {ChirpFailure} -12 when nothing is open for reading, -13 when it is a directory.
   */
  readableFile(descriptor: number): StoredFile {
    return this.#fileFor(descriptor, "readable");
  }

  /**
   * Finds the file behind a number, to write to it.
   *
   * @param descriptor The number.
   * @returns The open file.
   * @throws {ChirpFailure} -12 when nothing is open for writing.
   */
  writableFile(descriptor: number): StoredFile {
    return this.#fileFor(descriptor, "writable");
  }

  /**
   * Gives a number back and closes its file.
   *
   * @param descriptor The number.
   * @throws {ChirpFailure} -12 when nothing is open.
   */
  close(descriptor: number): void {
    const entry = this.opened(descriptor);
    this.#open[descriptor] = undefined;
    if (entry.kind === "file") entry.file.close();
  }

  #fileFor(descriptor: number, use: "readable" | "writable"): StoredFile {
    const entry = this.opened(descriptor);
    if (entry.kind === "directory" && use === "readable") {
      throw new ChirpFailure(CHIRP_CODES.IS_DIR, `Cannot use directory ${entry.path} as a file`);
    }
    if (entry.kind === "file" && entry[use]) return entry.file;
    throw new ChirpFailure(CHIRP_CODES.BAD_FD, `Cannot use ${descriptor}, which is not ${use}`);
  }

  [Symbol.dispose](): void {
    for (const entry of this.#open.splice(0)) {
      if (entry?.kind === "file") entry.file.close();
    }
  }
}
