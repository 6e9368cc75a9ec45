/**
 * Tells a caller how far a transfer has come, not too often.
 *
 * @module
 */

import type { TransferOptions } from "./file_transfer.ts";

const STEP_BYTES = 1024 * 1024;

/** Counts the bytes of a transfer and reports at the start, about every MiB and at the end. */
export class ProgressMeter {
  readonly #path: string;
  readonly #onProgress: TransferOptions["onProgress"];
  #totalBytes = 0;
  #bytes = 0;
  #reportedBytes = 0;

  /**
   * Tells nothing before {@linkcode start}.
   *
   * @param path The remote path.
   * @param onProgress Whom to tell; nobody where it is missing.
   */
  constructor(path: string, onProgress: TransferOptions["onProgress"]) {
    this.#path = path;
    this.#onProgress = onProgress;
  }

  /** Bytes moved so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Reports the start; after a broken attempt, the start of the next.
   *
   * @param totalBytes Bytes in all, as far as is known.
   */
  start(totalBytes: number): void {
    this.#totalBytes = totalBytes;
    this.rewind(0);
  }

  /**
   * Goes back, because a broken attempt is made again.
   *
   * @param bytes Bytes that need not be moved again.
   */
  rewind(bytes: number): void {
    this.#bytes = bytes;
    this.#report();
  }

  /**
   * Counts.
   *
   * @param bytes Bytes moved since the last call.
   */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes - this.#reportedBytes >= STEP_BYTES) this.#report();
  }

  /** Reports the end; what was moved is then all there is. */
  end(): void {
    const reported = this.#reportedBytes === this.#bytes && this.#totalBytes === this.#bytes;
    this.#totalBytes = this.#bytes;
    if (!reported || this.#bytes === 0) this.#report();
  }

  #report(): void {
    this.#reportedBytes = this.#bytes;
    this.#onProgress?.({ path: this.#path, bytes: this.#bytes, totalBytes: this.#totalBytes });
  }
}
