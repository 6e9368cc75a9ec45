/**
 * Reads commands off a stream of bytes: RESP arrays of bulk strings, and inline commands.
 *
 * The parser owns its buffer: a connection reads straight into the space it offers, and what has been
 * understood is never looked at twice, however the stream is cut.
 *
 * @module
 */

import { type Bytes, readBytes } from "./bytes.ts";
import { splitInline } from "./inline_command.ts";

/** Limits of {@linkcode RespParser}. */
export interface RespLimits {
  /** Longest bulk string in bytes. Default: 512 MiB, as in Redis. */
  readonly bulkBytes: number;
  /** Most words in a command. Default: 1,048,576, as in Redis. */
  readonly words: number;
  /** Longest inline command and longest length line in bytes. Default: 65,536, as in Redis. */
  readonly lineBytes: number;
}

/** The limits of Redis. */
export const DEFAULT_LIMITS: RespLimits = {
  bulkBytes: 512 * 1024 * 1024,
  words: 1024 * 1024,
  lineBytes: 64 * 1024,
};

/** What Redis allows before a password was given. */
export const GUEST_LIMITS: RespLimits = { bulkBytes: 16384, words: 10, lineBytes: 64 * 1024 };

/** A stream that is no RESP; the connection cannot go on. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

const CR = 13;
const LF = 10;
const ASTERISK = 42;
const DOLLAR = 36;
const SMALLEST_BUFFER_BYTES = 16 * 1024;
/** A buffer that grew beyond this goes back to the smallest once it is empty. */
const KEPT_BUFFER_BYTES = 1024 * 1024;

/** An incremental reader of commands. */
export class RespParser {
  /** The limits in force; may be changed between commands. */
  limits: RespLimits;
  #buffer = new Uint8Array(SMALLEST_BUFFER_BYTES);
  #start = 0;
  #end = 0;
  /** Where the search for the end of a line goes on. */
  #searched = 0;
  /** Words still to come of the command being read; 0 between commands. */
  #wordsLeft = 0;
  /** Length of the bulk string being read; -1 before its length is known. */
  #bulkLength = -1;
  #words: Bytes[] = [];

  /** @param limits Limits on what a client may send. */
  constructor(limits: RespLimits = DEFAULT_LIMITS) {
    this.limits = limits;
  }

  /** Number of bytes received but not yet part of a command. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** Whether the stream so far ends between two commands. */
  get isBetweenCommands(): boolean {
    return this.#wordsLeft === 0 && this.pendingBytes === 0;
  }

  /** Room for the next bytes of the stream; tell by {@linkcode commit} how many were written. */
  space(): Uint8Array<ArrayBuffer> {
    if (this.#start === this.#end) {
      this.#start = this.#end = this.#searched = 0;
      if (this.#buffer.length > KEPT_BUFFER_BYTES) {
        this.#buffer = new Uint8Array(SMALLEST_BUFFER_BYTES);
      }
    }
    const missing = this.#bulkLength < 0 ? 0 : this.#bulkLength + 2 - this.pendingBytes;
    if (
      this.#buffer.length - this.#end <
        Math.max(SMALLEST_BUFFER_BYTES / 4, Math.min(missing, 1 << 20))
    ) {
      this.#makeRoom(missing);
    }
    return this.#buffer.subarray(this.#end);
  }

  /** Takes in bytes that were written to the space. */
  commit(length: number): void {
    this.#end += length;
  }

  /** Takes in bytes from elsewhere. */
  push(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length;) {
      const space = this.space();
      const part = bytes.subarray(offset, offset + space.length);
      space.set(part);
      this.commit(part.length);
      offset += part.length;
    }
  }

  /**
   * Takes the next command.
   *
   * @returns Its words, or `null` when it is not complete yet.
   * @throws {ProtocolError} When the stream is no RESP or breaks a limit.
   */
  next(): Bytes[] | null {
    while (this.#start < this.#end) {
      if (this.#wordsLeft > 0) {
        if (!this.#readWords()) return null;
        const words = this.#words;
        this.#words = [];
        return words;
      }
      const isArray = this.#buffer[this.#start] === ASTERISK;
      const lineEnd = this.#lineEnd();
      if (lineEnd < 0) return null;
      if (isArray) {
        const count = this.#lengthIn(lineEnd, this.limits.words, "multibulk");
        this.#wordsLeft = Math.max(0, count);
      } else {
        const isCrLf = lineEnd > this.#start && this.#buffer[lineEnd - 1] === CR;
        const words = splitInline(readBytes(this.#buffer, this.#start, lineEnd - (isCrLf ? 1 : 0)));
        this.#take(lineEnd + 1);
        if (words === null) throw new ProtocolError("unbalanced quotes in request");
        if (words.length > 0) return words;
      }
    }
    return null;
  }

  /** Reads bulk strings until the command is complete; false when bytes are missing. */
  #readWords(): boolean {
    while (this.#wordsLeft > 0) {
      if (this.#bulkLength < 0) {
        if (this.#start >= this.#end) return false;
        const type = this.#buffer[this.#start] ?? 0;
        if (type !== DOLLAR) {
          throw new ProtocolError(`expected '$', got '${String.fromCharCode(type)}'`);
        }
        const lineEnd = this.#lineEnd();
        if (lineEnd < 0) return false;
        this.#bulkLength = this.#lengthIn(lineEnd, this.limits.bulkBytes, "bulk");
        if (this.#bulkLength < 0) throw new ProtocolError("invalid bulk length");
      }
      const bulkEnd = this.#start + this.#bulkLength;
      if (bulkEnd + 2 > this.#end) return false;
      if (this.#buffer[bulkEnd] !== CR || this.#buffer[bulkEnd + 1] !== LF) {
        throw new ProtocolError("expected a line end after a bulk string");
      }
      this.#words.push(readBytes(this.#buffer, this.#start, bulkEnd));
      this.#take(bulkEnd + 2);
      this.#bulkLength = -1;
      this.#wordsLeft--;
    }
    return true;
  }

  /** Offset of the line feed that ends the current line; -1 when it has not come yet. */
  #lineEnd(): number {
    const from = Math.max(this.#searched, this.#start);
    const limit = Math.min(this.#end, this.#start + this.limits.lineBytes);
    for (let index = from; index < limit; index++) {
      if (this.#buffer[index] === LF) return index;
    }
    if (limit < this.#end) {
      const isInline = this.#buffer[this.#start] !== ASTERISK && this.#wordsLeft === 0;
      throw new ProtocolError(isInline ? "too big inline request" : "too big mbulk count string");
    }
    this.#searched = this.#end;
    return -1;
  }

  /** Reads the number after the type byte and takes the line. */
  #lengthIn(lineEnd: number, most: number, what: string): number {
    const buffer = this.#buffer;
    let index = this.#start + 1;
    const isNegative = buffer[index] === 45;
    if (isNegative) index++;
    const last = lineEnd - 1;
    let length = 0;
    let isValid = index < last && buffer[last] === CR && last - index <= 10;
    for (; isValid && index < last; index++) {
      const digit = (buffer[index] ?? 0) - 48;
      isValid = digit >= 0 && digit <= 9;
      length = length * 10 + digit;
    }
    if (!isValid || length > most) throw new ProtocolError(`invalid ${what} length`);
    this.#take(lineEnd + 1);
    return isNegative ? -length : length;
  }

  #take(end: number): void {
    this.#start = this.#searched = end;
  }

  /** Moves what is pending to the front, of a larger buffer where that is needed. */
  #makeRoom(missing: number): void {
    const pending = this.#buffer.subarray(this.#start, this.#end);
    const wanted = pending.length +
      Math.max(SMALLEST_BUFFER_BYTES, Math.min(missing, pending.length + 65536));
    if (wanted > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(wanted, 2 * this.#buffer.length));
      larger.set(pending);
      this.#buffer = larger;
    } else this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#searched = Math.max(0, this.#searched - this.#start);
    this.#end -= this.#start;
    this.#start = 0;
  }
}
