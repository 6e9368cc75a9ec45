/**
 * What waits to be sent: first in, first out, bounded in number and in bytes.
 *
 * @module
 */
import { OutboxFullError } from "./link.ts";

/** Options of {@linkcode Outbox}. */
export interface OutboxOptions {
  /** Items kept at most. Default: 10,000. */
  readonly maxItems?: number | undefined;
  /** Bytes kept at most. Default: 16 MiB. */
  readonly maxBytes?: number | undefined;
}

interface Entry<Item> {
  readonly item: Item;
  readonly sizeBytes: number;
}

/** Taken entries are cut off the array once there are this many and they make up half of it. */
const COMPACT_AT = 1024;

/**
 * A bounded queue.
 *
 * @example
 * ```ts
 * import { Outbox } from "./outbox.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const outbox = new Outbox<string>({ maxItems: 2 });
 * outbox.push("a", 1);
 * outbox.push("b", 1);
 * assertEquals([outbox.shift(), outbox.shift(), outbox.shift()], ["a", "b", undefined]);
 * ```
 */
export class Outbox<Item> {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  #entries: Entry<Item>[] = [];
  /** Index of the oldest entry: shifting an array of thousands for each item would cost too much. */
  #head = 0;
  #sizeBytes = 0;

  /**
   * Makes an empty queue.
   *
   * @param options The limits.
   */
  constructor(options: OutboxOptions = {}) {
    this.#maxItems = options.maxItems ?? 10_000;
    this.#maxBytes = options.maxBytes ?? 16 << 20;
  }

  /** Items that wait. */
  get length(): number {
    return this.#entries.length - this.#head;
  }

  /** Bytes of the items that wait. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Takes an item in, as the last.
   *
   * @param item The item.
   * @param sizeBytes Its size in bytes.
   * @throws {OutboxFullError} When a limit would be passed; the item is then not taken.
   */
  push(item: Item, sizeBytes: number): void {
    const bytes = this.#sizeBytes + sizeBytes;
    if (this.length >= this.#maxItems || bytes > this.#maxBytes) {
      throw new OutboxFullError(
        `Cannot keep stanza of ${sizeBytes} bytes: outbox holds ${this.length} of ` +
          `${this.#maxItems} stanzas and ${this.#sizeBytes} of ${this.#maxBytes} bytes`,
      );
    }
    this.#entries.push({ item, sizeBytes });
    this.#sizeBytes = bytes;
  }

  /** Takes the oldest item out; `undefined` when there is none. */
  shift(): Item | undefined {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return undefined;
    this.#head++;
    this.#sizeBytes -= entry.sizeBytes;
    if (this.#head === this.#entries.length) this.clear();
    else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry.item;
  }

  /** Forgets all items. */
  clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.#sizeBytes = 0;
  }
}
