/**
 * Bytes in and out of one connection: lines with a limit, counted data, and answers that leave in as
 * few writes as possible.
 *
 * @module
 */

import { LONGEST_LINE } from "../../lib/chirp/wire.ts";

/** A connection as the server needs it; `Deno.Conn` is one. */
export interface ByteConnection {
  /** Reads what has come, at most the buffer's length; `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes; returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Closes both directions. */
  close(): void;
}

/** The connection cannot go on: the peer left, went silent, or sent what cannot be a request. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** Bytes asked of the system at once while lines are read; large data goes past this buffer. */
const INPUT_BYTES = 16 * 1024;

/** Bytes of answers that may gather before they must be sent. */
const OUTPUT_BYTES = 64 * 1024;

const LINE_FEED = 10;

/** The reading half. */
export class ByteReader {
  readonly #connection: ByteConnection;
  readonly #onProgress: () => void;
  readonly #buffer = new Uint8Array(INPUT_BYTES);
  #start = 0;
  #end = 0;

  /**
   * @param connection Where the bytes come from.
   * @param onProgress Called whenever bytes have come.
   */
  constructor(connection: ByteConnection, onProgress: () => void) {
    this.#connection = connection;
    this.#onProgress = onProgress;
  }

  /** Bytes that have come and were not taken yet. */
  get heldBytes(): number {
    return this.#end - this.#start;
  }

  /**
   * Takes a line that has already come.
   *
   * @returns The line, one character a byte, without its line feed, without any carriage return, and
   * cut at a NUL; `undefined` where more must be read first.
   * @throws {ConnectionLost} The line is longer than the protocol allows.
   */
  takeLine(): string | undefined {
    const found = this.#buffer.subarray(this.#start, this.#end).indexOf(LINE_FEED);
    if (found >= LONGEST_LINE || (found < 0 && this.#end - this.#start >= LONGEST_LINE)) {
      throw new ConnectionLost(`Cannot take a line of more than ${LONGEST_LINE} bytes`);
    }
    if (found < 0) return undefined;
    const line = String.fromCharCode(...this.#buffer.subarray(this.#start, this.#start + found));
    this.#start += found + 1;
    const nul = line.indexOf("\0");
    return (nul < 0 ? line : line.slice(0, nul)).replaceAll("\r", "");
  }

  /**
   * Waits for more bytes to take lines from.
   *
   * @returns Whether some came; false at the end of the input.
   */
  async fill(): Promise<boolean> {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const count = await this.#connection.read(this.#buffer.subarray(this.#end));
    if (count === null) return false;
    this.#end += count;
    this.#onProgress();
    return true;
  }

  /**
   * Waits for a line.
   *
   * @returns The line as {@linkcode takeLine} gives it; `undefined` at the end of the input.
   */
  async line(): Promise<string | undefined> {
    for (;;) {
      const line = this.takeLine();
      if (line !== undefined) return line;
      if (!await this.fill()) return undefined;
    }
  }

  /**
   * Reads data behind a line: first what has come with it, then straight from the connection.
   *
   * @param into Where to put it.
   * @returns Bytes read, at least one unless `into` is empty; 0 at the end of the input.
   */
  async read(into: Uint8Array): Promise<number> {
    const held = Math.min(this.#end - this.#start, into.length);
    if (held > 0) {
      into.set(this.#buffer.subarray(this.#start, this.#start + held));
      this.#start += held;
      return held;
    }
    if (into.length === 0) return 0;
    const count = await this.#connection.read(into);
    this.#onProgress();
    return count ?? 0;
  }

  /**
   * Fills a buffer with data.
   *
   * @param into The buffer.
   * @returns Bytes read, fewer than asked only at the end of the input.
   */
  async readFully(into: Uint8Array): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const count = await this.read(into.subarray(done));
      if (count === 0) break;
      done += count;
    }
    return done;
  }
}

/** The writing half; what is put leaves with the next {@linkcode flush}. */
export class ByteWriter {
  readonly #connection: ByteConnection;
  readonly #onProgress: () => void;
  #buffer = new Uint8Array(1024);
  #used = 0;
  #total = 0;

  /**
   * @param connection Where the bytes go.
   * @param onProgress Called whenever bytes have left.
   */
  constructor(connection: ByteConnection, onProgress: () => void) {
    this.#connection = connection;
    this.#onProgress = onProgress;
  }

  /** Bytes put so far, sent or not. */
  get totalBytes(): number {
    return this.#total;
  }

  /** True once so much has gathered that it should be flushed. */
  get full(): boolean {
    return this.#used >= OUTPUT_BYTES;
  }

  /**
   * Puts a line.
   *
   * @param text The line, one character a byte; its line feed is added.
   */
  line(text: string | number): void {
    const line = `${text}\n`;
    const room = this.room(line.length);
    for (let index = 0; index < line.length; index++) room[index] = line.charCodeAt(index);
  }

  /**
   * Puts bytes.
   *
   * @param bytes The bytes; they are copied.
   */
  bytes(bytes: Uint8Array): void {
    this.room(bytes.length).set(bytes);
  }

  /**
   * Makes room in the output for the caller to fill before anything else is put.
   *
   * @param lengthBytes Bytes to be filled.
   * @returns The room.
   */
  room(lengthBytes: number): Uint8Array {
    if (this.#used + lengthBytes > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#used + lengthBytes));
      larger.set(this.#buffer.subarray(0, this.#used));
      this.#buffer = larger;
    }
    const start = this.#used;
    this.#used += lengthBytes;
    this.#total += lengthBytes;
    return this.#buffer.subarray(start, this.#used);
  }

  /** Sends all that has gathered. */
  async flush(): Promise<void> {
    if (this.#used === 0) return;
    const bytes = this.#buffer.subarray(0, this.#used);
    this.#used = 0;
    await this.#send(bytes);
    if (this.#buffer.length > 2 * OUTPUT_BYTES) this.#buffer = new Uint8Array(OUTPUT_BYTES);
  }

  /**
   * Sends a large piece without copying it, behind what has gathered.
   *
   * @param bytes The bytes; they must stay as they are until the promise resolves.
   */
  async send(bytes: Uint8Array): Promise<void> {
    await this.flush();
    this.#total += bytes.length;
    await this.#send(bytes);
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += await this.#connection.write(bytes.subarray(done));
      this.#onProgress();
    }
  }
}
