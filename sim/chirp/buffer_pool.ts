/**
 * Large buffers, lent to transfers and used again.
 *
 * @module
 */

/** Bytes in one buffer; with 1 MiB the runtime moves files fastest. */
export const TRANSFER_BUFFER_BYTES = 1024 * 1024;

/** Buffers kept for the next transfers. */
const MOST_KEPT = 8;

/** Lends buffers of {@linkcode TRANSFER_BUFFER_BYTES}. */
export class BufferPool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /**
   * Lends a buffer until the end of the block.
   *
   * @returns The buffer, to be taken with `using`; its content is undefined.
   */
  lend(): Disposable & { readonly bytes: Uint8Array<ArrayBuffer> } {
    const bytes = this.#free.pop() ?? new Uint8Array(TRANSFER_BUFFER_BYTES);
    return {
      bytes,
      [Symbol.dispose]: () => {
        if (this.#free.length < MOST_KEPT) this.#free.push(bytes);
      },
    };
  }
}
