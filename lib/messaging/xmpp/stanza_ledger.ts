/**
 * The books of stream management (XEP-0198): how many stanzas came in, and which of those that went out
 * the other side has not acknowledged. Both sides of a stream keep the same books.
 *
 * @module
 */
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
export interface StanzaLedgerOptions {
  /** Stanzas kept before the ledger counts as full. Default: 10,000. */
  readonly maxItems?: number | undefined;
  /** Bytes kept before it does. Default: 16 MiB. */
  readonly maxBytes?: number | undefined;
  /** Count that both directions begin with. Default: 0; tests of the turn at 2^32 begin below it. */
  readonly firstCount?: number | undefined;
}

/**
 * Stanzas that were written in one go, as places in the text that was written. Kept one by one they would
 * cost the garbage collector more time than it takes to send them.
 */
interface Chunk {
  /** What was written; empty until then. */
  text: string;
  /** Where each stanza begins and ends in the text. */
  readonly places: number[];
  /** Stanzas, of the first, that were acknowledged. */
  acknowledged: number;
}

function newChunk(): Chunk {
  return { text: "", places: [], acknowledged: 0 };
}

function stanzasOf({ text, places, acknowledged }: Chunk): string[] {
  const stanzas: string[] = [];
  for (let index = acknowledged * 2; index < places.length; index += 2) {
    stanzas.push(text.slice(places[index], places[index + 1]));
  }
  return stanzas;
}

/**
 * The books of one stream, over all connections that carry it.
 *
 * @example
 * ```ts
 * import { StanzaLedger } from "./stanza_ledger.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const ledger = new StanzaLedger();
 * ledger.add(0, 4);
 * ledger.add(4, 8);
 * ledger.seal("<a/><b/><r/>");
 * ledger.acknowledge(1);
 * assertEquals(ledger.takeUnacknowledged(), ["<b/>"]);
 * ```
 */
export class StanzaLedger {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  /** What is unacknowledged; the last is not written yet. */
  #chunks: Chunk[] = [newChunk()];
  #length = 0;
  /** Characters of what is unacknowledged: near enough to its bytes. */
  #sizeBytes = 0;
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
    return this.#length;
  }

  /** Whether so much is unacknowledged that nothing should be added. */
  get full(): boolean {
    return this.#length >= this.#maxItems || this.#sizeBytes >= this.#maxBytes;
  }

  /** Counts a stanza that came in. */
  count(): void {
    this.#handled = (this.#handled + 1) >>> 0;
  }

  /**
   * Keeps a stanza that goes out, even when the ledger is full.
   *
   * @param start Where it begins in what is to be written next.
   * @param end Where it ends there.
   */
  add(start: number, end: number): void {
    this.#chunks.at(-1)?.places.push(start, end);
    this.#length++;
    this.#sizeBytes += end - start;
  }

  /**
   * Takes what was to be written next, now that it is: the next stanza begins a new text.
   *
   * @param text The text in which the stanzas stand that were added since.
   */
  seal(text: string): void {
    const chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.places.length === 0) return;
    // Text put together from many small pieces takes several times its length until a character is asked
    // for, which makes one piece of it: that is worth it for text that is kept for minutes.
    if (Number.isNaN(text.charCodeAt(0))) return;
    chunk.text = text;
    this.#chunks.push(newChunk());
  }

  /**
   * Forgets what the other side has handled.
   *
   * @param count What the other side says that it has handled.
   * @returns False where that cannot be: it says less than before, or more than was sent.
   */
  acknowledge(count: number): boolean {
    let news = (count - this.#acknowledged) >>> 0;
    if (news > this.#length) return false;
    this.#acknowledged = count;
    this.#length -= news;
    let done = 0;
    for (const chunk of this.#chunks) {
      const { places } = chunk;
      for (; news > 0 && chunk.acknowledged * 2 < places.length; news--, chunk.acknowledged++) {
        const index = chunk.acknowledged * 2;
        this.#sizeBytes -= (places[index + 1] ?? 0) - (places[index] ?? 0);
      }
      if (chunk.text === "" || chunk.acknowledged * 2 < places.length) break;
      done++;
    }
    this.#chunks.splice(0, done);
    return true;
  }

  /** Takes out what was not acknowledged, the oldest first; what is sent again is to be added again. */
  takeUnacknowledged(): readonly string[] {
    const taken = this.#chunks.flatMap(stanzasOf);
    this.#chunks = [newChunk()];
    this.#length = 0;
    this.#sizeBytes = 0;
    return taken;
  }
}
