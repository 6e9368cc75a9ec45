/**
 * Results that clients take in parts.
 *
 * @module
 */

import { type Document, Long } from "bson";
import type { Clock, Timer } from "../../lib/clock.ts";
import { type Random, randomFraction } from "../../lib/random.ts";
import { RawList } from "./documents/raw.ts";
import { MongoFailure } from "./failure.ts";
import type { MongoLimits } from "./limits.ts";

/** Documents of a first batch, where the client does not say. */
const FIRST_BATCH = 101;
/** A batch ends after this many bytes. */
const BATCH_BYTES = 16 * 1024 * 1024;

/** What a new cursor is about. */
export interface CursorRequest {
  /** Database and collection. */
  readonly namespace: string;
  /** The results in BSON, drawn as they are wanted. */
  readonly results: Iterable<Uint8Array>;
  /** Documents of the first batch. Default: 101. */
  readonly batchSize?: number | undefined;
  /** Whether the first batch is all that the client wants. Default: false. */
  readonly isSingleBatch?: boolean | undefined;
}

interface Cursor {
  readonly id: number;
  readonly namespace: string;
  readonly results: Iterator<Uint8Array>;
  /** A result that has been drawn and not been sent. */
  ahead: Uint8Array | undefined;
  lastUsedMs: number;
}

/** The open cursors of all clients. */
export class CursorStore implements Disposable {
  readonly #limits: MongoLimits;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #cursors = new Map<number, Cursor>();
  #timer: Timer | undefined;

  /**
   * @param limits Number of cursors and their life.
   * @param clock Source of time.
   * @param random Source of the cursors' numbers.
   */
  constructor(limits: MongoLimits, clock: Clock, random: Random) {
    this.#limits = limits;
    this.#clock = clock;
    this.#random = random;
  }

  /** Number of open cursors. */
  get size(): number {
    return this.#cursors.size;
  }

  /**
   * Answers with the first batch, and keeps the rest.
   *
   * @throws {MongoFailure} `ExceededMemoryLimit` when there are too many cursors.
   */
  open(request: CursorRequest): Document {
    const { namespace, results, batchSize = FIRST_BATCH, isSingleBatch = false } = request;
    const iterator = results[Symbol.iterator]();
    const cursor: Cursor = {
      id: 0,
      namespace,
      results: iterator,
      ahead: undefined,
      lastUsedMs: this.#clock.now(),
    };
    cursor.ahead = draw(cursor);
    const firstBatch = takeBatch(cursor, batchSize);
    const id = cursor.ahead === undefined || isSingleBatch ? 0 : this.#keep(cursor);
    return { cursor: { firstBatch, id: Long.fromNumber(id), ns: namespace } };
  }

  /**
   * Answers with the next batch.
   *
   * @throws {MongoFailure} `CursorNotFound`.
   */
  next(id: unknown, namespace: string, batchSize: number | undefined): Document {
    const cursor = this.#cursors.get(Number(id));
    if (cursor === undefined || cursor.namespace !== namespace) {
      throw new MongoFailure("CursorNotFound", `cursor id ${id} not found`);
    }
    cursor.lastUsedMs = this.#clock.now();
    const nextBatch = takeBatch(cursor, batchSize || Infinity);
    if (cursor.ahead === undefined) this.#cursors.delete(cursor.id);
    const left = cursor.ahead === undefined ? 0 : cursor.id;
    return { cursor: { nextBatch, id: Long.fromNumber(left), ns: namespace } };
  }

  /** Closes a cursor. @returns Whether it was open. */
  kill(id: unknown): boolean {
    return this.#cursors.delete(Number(id));
  }

  /** Closes all cursors. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#cursors.clear();
  }

  #keep(cursor: Cursor): number {
    if (this.#cursors.size >= this.#limits.cursors) {
      throw new MongoFailure(
        "ExceededMemoryLimit",
        `Cannot keep more than ${this.#limits.cursors} cursors`,
      );
    }
    let id = 0;
    // Numbers up to 2^53 come back from the client as they are.
    while (id === 0 || this.#cursors.has(id)) {
      const high = Math.floor(randomFraction(this.#random) * 2 ** 21);
      id = high * 2 ** 32 + Math.floor(randomFraction(this.#random) * 2 ** 32);
    }
    this.#cursors.set(id, { ...cursor, id });
    this.#watch();
    return id;
  }

  #watch(): void {
    this.#timer ??= this.#clock.after(this.#limits.cursorIdleMs, () => {
      this.#timer = undefined;
      const lastMs = this.#clock.now() - this.#limits.cursorIdleMs;
      for (const { id, lastUsedMs } of this.#cursors.values()) {
        if (lastUsedMs <= lastMs) this.#cursors.delete(id);
      }
      if (this.#cursors.size > 0) this.#watch();
    });
  }
}

function draw(cursor: Cursor): Uint8Array | undefined {
  const { done, value } = cursor.results.next();
  return done ? undefined : value;
}

function takeBatch(cursor: Cursor, count: number): RawList {
  const batch: Uint8Array[] = [];
  let sizeBytes = 0;
  while (cursor.ahead !== undefined && batch.length < count) {
    sizeBytes += cursor.ahead.length;
    if (batch.length > 0 && sizeBytes > BATCH_BYTES) break;
    batch.push(cursor.ahead);
    cursor.ahead = draw(cursor);
  }
  return new RawList(batch);
}
