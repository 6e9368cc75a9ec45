/**
 * Cuts a stream of bytes into messages.
 *
 * @module
 */

import { WireError } from "./wire_error.ts";

/** Length of the header of a message in bytes. */
export const HEADER_BYTES = 16;

const FIRST_CAPACITY = 16 * 1024;
/** A buffer larger than this is given back once it is empty. */
const KEPT_CAPACITY = 1024 * 1024;
/** Least space that is offered to a read. */
const LEAST_SPACE = 4096;

/** Collects bytes until a message is whole. It grows with what has come, not with what is announced. */
export class Framer {
  readonly #longestBytes: number;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_CAPACITY);
  #start = 0;
  #end = 0;

  /** @param longestBytes Longest message in bytes. */
  constructor(longestBytes: number) {
    this.#longestBytes = longestBytes;
  }

  /** Bytes that wait for the rest of their message. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** Space for the next bytes; messages returned before are overwritten. */
  space(): Uint8Array<ArrayBuffer> {
    const pending = this.pendingBytes;
    if (pending === 0 && this.#buffer.length > KEPT_CAPACITY) {
      this.#buffer = new Uint8Array(FIRST_CAPACITY);
    }
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#start = 0;
      this.#end = pending;
    }
    if (this.#buffer.length - this.#end < LEAST_SPACE) {
      const larger = new Uint8Array(2 * this.#buffer.length);
      larger.set(this.#buffer.subarray(0, this.#end));
      this.#buffer = larger;
    }
    return this.#buffer.subarray(this.#end);
  }

  /** Tells that the first `length` bytes of {@linkcode space} have been filled. */
  commit(length: number): void {
    this.#end += length;
  }

  /**
   * Takes the next whole message.
   *
   * @returns The message with its header, valid until {@linkcode space}; `undefined` when none is whole.
   * @throws {WireError} When its length cannot be one of a message.
   */
  next(): Uint8Array<ArrayBuffer> | undefined {
    if (this.pendingBytes < 4) return undefined;
    const view = new DataView(this.#buffer.buffer, this.#start);
    const length = view.getInt32(0, true);
    if (length < HEADER_BYTES || length > this.#longestBytes) {
      throw new WireError(`Cannot take a message of ${length} bytes`);
    }
    if (this.pendingBytes < length) return undefined;
    const message = this.#buffer.subarray(this.#start, this.#start + length);
    this.#start += length;
    return message;
  }
}
