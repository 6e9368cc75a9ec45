/**
 * The append-only file: every write in RESP, replayed at the next start.
 *
 * @module
 */

import type { Timer } from "../../lib/clock.ts";
import { execute } from "./dispatch.ts";
import { ErrorReply } from "./reply.ts";
import { RespParser } from "./resp_parser.ts";
import { RespWriter } from "./resp_writer.ts";
import { Session } from "./session.ts";
import { dumpStore } from "./store_dump.ts";
import type { RedisStore, Write } from "./store.ts";

/**
 * When the file is forced to the disk: before each batch of answers, once a second, or when the
 * system likes. A process that is killed loses nothing in any of the three; a machine that loses its
 * power loses nothing acknowledged under `always`.
 */
export type FsyncPolicy = "always" | "everysec" | "no";

/** Options of {@linkcode AppendOnlyFile}. */
export interface AppendOnlyFileOptions {
  /** Path of the file; it is created where it does not exist. */
  readonly path: string;
  /** When it is forced to the disk. Default: `everysec`. */
  readonly fsync?: FsyncPolicy | undefined;
  /** It is rewritten when it has doubled and is larger than this, in bytes. Default: 64 MiB. */
  readonly rewriteMinBytes?: number | undefined;
}

const READ_BYTES = 1024 * 1024;

/** A store's append-only file. */
export class AppendOnlyFile {
  readonly #store: RedisStore;
  readonly #path: string;
  readonly #fsync: FsyncPolicy;
  readonly #rewriteMinBytes: number;
  readonly #writer = new RespWriter();
  readonly #unlisten: () => void;
  #file: Deno.FsFile;
  #database = -1;
  #sizeBytes: number;
  #baseBytes: number;
  #timer: Timer | undefined;

  /**
   * Replays the file into the store and opens it for appending. A command that is cut off at the end,
   * and a transaction whose end is missing, are dropped from the file.
   *
   * @param store Where the writes come from and go to.
   * @param options See {@linkcode AppendOnlyFileOptions}.
   * @throws {Error} When the file holds what this server cannot replay.
   */
  constructor(store: RedisStore, options: AppendOnlyFileOptions) {
    this.#store = store;
    this.#path = options.path;
    this.#fsync = options.fsync ?? "everysec";
    this.#rewriteMinBytes = options.rewriteMinBytes ?? 64 * 1024 * 1024;
    this.#file = Deno.openSync(options.path, { read: true, write: true, create: true });
    try {
      this.#sizeBytes = this.#baseBytes = replay(store, this.#file);
      this.#file.truncateSync(this.#sizeBytes);
      this.#file.seekSync(this.#sizeBytes, Deno.SeekMode.Start);
    } catch (cause) {
      this.#file.close();
      throw new Error(`Cannot replay the append-only file ${options.path}`, { cause });
    }
    this.#unlisten = store.onWrite((writes) => this.#append(writes));
  }

  /** Size of the file in bytes, with what waits to be written. */
  get sizeBytes(): number {
    return this.#sizeBytes + this.#writer.length;
  }

  /** Writes what has been collected; under `always` it is on the disk afterwards. */
  flush(): void {
    if (this.#writer.length === 0) return;
    const taken = this.#writer.take();
    writeAll(this.#file, taken);
    this.#sizeBytes += taken.length;
    this.#writer.recycle(taken);
    if (this.#fsync === "always") this.#file.syncDataSync();
    else if (this.#fsync === "everysec") this.#scheduleSync();
    if (this.#sizeBytes > this.#rewriteMinBytes && this.#sizeBytes > 2 * this.#baseBytes) {
      this.rewrite();
    }
  }

  /** Replaces the file by the shortest one that gives the same data. */
  rewrite(): void {
    const temporary = `${this.#path}.rewrite`;
    const file = Deno.openSync(temporary, { write: true, create: true, truncate: true });
    const writer = new RespWriter();
    let sizeBytes = 0;
    const drain = () => {
      const taken = writer.take();
      writeAll(file, taken);
      sizeBytes += taken.length;
      writer.recycle(taken);
    };
    for (const command of dumpStore(this.#store)) {
      writer.writeCommand(command);
      if (writer.length > READ_BYTES) drain();
    }
    drain();
    file.syncDataSync();
    Deno.renameSync(temporary, this.#path);
    this.#file.close();
    this.#file = file;
    this.#sizeBytes = this.#baseBytes = sizeBytes;
    // What waits to be written is part of the data that were just dumped.
    this.#writer.take();
    this.#database = -1;
  }

  /** Ends the logging. @param isOrderly Whether what was collected still goes to the disk. */
  close(isOrderly: boolean): void {
    this.#unlisten();
    this.#timer?.cancel();
    if (isOrderly) {
      this.flush();
      this.#file.syncDataSync();
    }
    this.#file.close();
  }

  #append(writes: readonly Write[]): void {
    const isGroup = writes.length > 1;
    if (isGroup) this.#writer.writeCommand(["MULTI"]);
    for (const { database, command } of writes) {
      if (database !== this.#database) {
        this.#writer.writeCommand(["SELECT", `${database}`]);
        this.#database = database;
      }
      this.#writer.writeCommand(command);
    }
    if (isGroup) this.#writer.writeCommand(["EXEC"]);
  }

  #scheduleSync(): void {
    this.#timer ??= this.#store.clock.after(1000, () => {
      this.#timer = undefined;
      this.#file.syncDataSync();
    });
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}

/** Replays a file and returns the length of its part that is complete, in bytes. */
function replay(store: RedisStore, file: Deno.FsFile): number {
  const session = new Session(store, { send: () => {}, resume: () => {} });
  const parser = new RespParser();
  let read = 0;
  let completeBytes = 0;
  try {
    for (;;) {
      const length = file.readSync(parser.space().subarray(0, READ_BYTES));
      if (length === null) return completeBytes;
      parser.commit(length);
      read += length;
      for (let words = parser.next(); words !== null; words = parser.next()) {
        const outcome = execute(session, words);
        if (outcome instanceof ErrorReply) {
          throw new Error(`Command ${words[0]} failed: ${outcome.message}`);
        }
        if (session.queue === null) completeBytes = read - parser.pendingBytes;
      }
    }
  } finally {
    session.close();
  }
}
