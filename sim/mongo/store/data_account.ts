/**
 * How much the documents of all collections take.
 *
 * @module
 */

import { MongoFailure } from "../failure.ts";

/** Counts bytes of BSON up to a limit. */
export class DataAccount {
  readonly #limitBytes: number;
  #usedBytes = 0;

  /** @param limitBytes All documents together in bytes. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that are taken. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * Takes some bytes, or gives them back where the number is negative.
   *
   * @throws {MongoFailure} `OutOfDiskSpace` when there are not as many left.
   */
  take(bytes: number): void {
    if (bytes > 0 && this.#usedBytes + bytes > this.#limitBytes) {
      throw new MongoFailure(
        "OutOfDiskSpace",
        `Cannot keep more than ${this.#limitBytes} bytes of documents`,
      );
    }
    this.#usedBytes += bytes;
  }
}
