/**
 * The content of a file in memory: pages made on demand, so that a hole costs nothing and growing a
 * file never copies more than one page.
 *
 * @module
 */

/** Bytes in a full page. */
const PAGE_BYTES = 256 * 1024;

/** Smallest page made; small files stay small. */
const SMALLEST_PAGE_BYTES = 64;

/** A growing, sparse array of bytes. */
export class PagedBytes {
  readonly #pages = new Map<number, Uint8Array>();
  #sizeBytes = 0;
  #heldBytes = 0;

  /** Length in bytes, holes included. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Bytes held in pages. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Copies bytes out.
   *
   * @param offset Where to start, in bytes.
   * @param into Where to put them; holes come as zeros.
   * @returns The number of bytes copied, fewer than asked only at the end.
   */
  read(offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.#sizeBytes - offset));
    for (let done = 0; done < length;) {
      const [index, start] = placeOf(offset + done);
      const count = Math.min(length - done, PAGE_BYTES - start);
      const held = this.#pages.get(index)?.subarray(start, start + count);
      if (held !== undefined) into.set(held, done);
      into.fill(0, done + (held?.length ?? 0), done + count);
      done += count;
    }
    return length;
  }

  /**
   * Copies bytes in.
   *
   * @param offset Where to start, in bytes; past the end leaves a hole.
   * @param bytes The bytes.
   */
  write(offset: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const [index, start] = placeOf(offset + done);
      const count = Math.min(bytes.length - done, PAGE_BYTES - start);
      this.#page(index, start + count).set(bytes.subarray(done, done + count), start);
      done += count;
    }
    if (bytes.length > 0) this.#sizeBytes = Math.max(this.#sizeBytes, offset + bytes.length);
  }

  /**
   * Cuts or grows the content.
   *
   * @param sizeBytes The new length; what is added reads as zeros.
   */
  truncate(sizeBytes: number): void {
    const [lastIndex, rest] = placeOf(sizeBytes);
    if (sizeBytes < this.#sizeBytes) {
      for (const [index, page] of [...this.#pages]) {
        if (index < lastIndex || (index === lastIndex && rest > 0)) continue;
        this.#pages.delete(index);
        this.#heldBytes -= page.length;
      }
      this.#pages.get(lastIndex)?.fill(0, rest);
    }
    this.#sizeBytes = sizeBytes;
  }

  /** The page at `index`, at least `lengthBytes` long. */
  #page(index: number, lengthBytes: number): Uint8Array {
    const held = this.#pages.get(index);
    if (held !== undefined && held.length >= lengthBytes) return held;
    let capacityBytes = Math.max(SMALLEST_PAGE_BYTES, held?.length ?? 0);
    while (capacityBytes < lengthBytes) capacityBytes *= 2;
    const page = new Uint8Array(capacityBytes);
    if (held !== undefined) page.set(held);
    this.#pages.set(index, page);
    this.#heldBytes += page.length - (held?.length ?? 0);
    return page;
  }
}

/** Index of the page that holds an offset, and the place in it. */
function placeOf(offset: number): [index: number, start: number] {
  const index = Math.floor(offset / PAGE_BYTES);
  return [index, offset - index * PAGE_BYTES];
}
