/**
 * The books of stream management (XEP-0198): how many stanzas came in, and which of those that went out
 * the other side has not acknowledged. Both sides of a stream keep the same books.
 *
 * @module
 */
import { Outbox, type OutboxOptions } from "../outbox.ts";

/** Namespace of stream management. */
export const NS_SM = "urn:xmpp:sm:3";

/** Counts are of 32 bits and begin anew after the last (XEP-0198, 4). */
const HIGHEST_COUNT = 2 ** 32 - 1;

/**
 * Reads a count as the attribute `h` carries it.
 *
 * @param text The attribute's value.
 * @returns The count; `undefined` where it is none.
 */
export function parseCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const count = Number(text);
  return count <= HIGHEST_COUNT ? count : undefined;
}

/** Options of {@linkcode StanzaLedger}. */
export interface StanzaLedgerOptions extends OutboxOptions {
  /** Count that both directions begin with. Default 0; tests of the turn at 2^32 begin below it. */
  readonly firstCount?: number | undefined;
}

/**
 * The books of one stream, over all connections that carry it.
 *
 * @example
 * ```ts
 * import { StanzaLedger } from "./stanza_ledger.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const ledger = new StanzaLedger<string>();
 * for (const stanza of ["<a/>", "<b/>", "<c/>"]) ledger.add(stanza, stanza.length);
 * ledger.acknowledge(2);
 * assertEquals(ledger.takeUnacknowledged(), ["<c/>"]);
 * ```
 */
export class StanzaLedger<Item> {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  /** Without limits of its own: it is the owner who acts on {@linkcode full}. */
  readonly #unacknowledged = new Outbox<Item>({ maxItems: Infinity, maxBytes: Infinity });
  #handled: number;
  #acknowledged: number;

  /**
   * Opens the books.
   *
   * @param options When the ledger counts as full.
   */
  constructor(options: StanzaLedgerOptions = {}) {
    this.#maxItems = options.maxItems ?? 10_000;
    this.#maxBytes = options.maxBytes ?? 16 << 20;
    this.#handled = options.firstCount ?? 0;
    this.#acknowledged = this.#handled;
  }

  /** Stanzas that came in, as `h` tells the other side. */
  get handled(): number {
    return this.#handled;
  }

  /** Stanzas that went out and were not acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged.length;
  }

  /** Whether so much is unacknowledged that nothing should be added. */
  get full(): boolean {
    const { length, sizeBytes } = this.#unacknowledged;
    return length >= this.#maxItems || sizeBytes >= this.#maxBytes;
  }

  /** Counts a stanza that came in. */
  count(): void {
    this.#handled = (this.#handled + 1) >>> 0;
  }

  /**
   * Keeps a stanza that goes out, even when the ledger is full.
   *
   * @param item The stanza.
   * @param sizeBytes Its size in bytes, as near as is cheap to know.
   */
  add(item: Item, sizeBytes: number): void {
    this.#unacknowledged.push(item, sizeBytes);
  }

  /**
   * Forgets what the other side has handled.
   *
   * @param count What the other side says that it has handled.
   * @returns False where that cannot be: it says less than before, or more than was sent.
   */
  acknowledge(count: number): boolean {
    const news = (count - this.#acknowledged) >>> 0;
    if (news > this.#unacknowledged.length) return false;
    for (let left = news; left > 0; left--) this.#unacknowledged.shift();
    this.#acknowledged = count;
    return true;
  }

  /** Takes out what was not acknowledged, the oldest first; what is sent again is to be added again. */
  takeUnacknowledged(): Item[] {
    const items: Item[] = [];
    for (let left = this.#unacknowledged.length; left > 0; left--) {
      const item = this.#unacknowledged.shift();
      if (item !== undefined) items.push(item);
    }
    return items;
  }
}
