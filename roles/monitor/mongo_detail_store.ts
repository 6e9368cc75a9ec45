/**
 * Documents of connections in MongoDB.
 *
 * @module
 */
import {
  type AnyBulkWriteOperation,
  MongoClient,
  MongoNetworkError,
  MongoServerError,
} from "mongodb";
import type { Clock } from "../../lib/clock.ts";
import { sleep } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { DetailStore, Document } from "./detail_store.ts";

/** Options of {@linkcode mongoDetailStore}. */
export interface MongoDetailStoreOptions {
  /** Where MongoDB is: `mongodb://HOST:PORT`. */
  readonly url: string;
  /** Name of the database. */
  readonly database: string;
  /** Changes that wait at most while MongoDB is away; then the oldest are lost. Default: 100,000. */
  readonly queueLimit?: number | undefined;
  /** Wait before the second attempt, doubled up to 30 times that. Default: 1000 ms. */
  readonly retryMs?: number | undefined;
  /** Longest wait for a server to answer. Default: 5000 ms. */
  readonly patienceMs?: number | undefined;
  /** Clock of waits, and of `created_at` and `updated_at`. */
  readonly clock: Clock;
  /** Told when MongoDB goes away, and what it refuses. */
  readonly log: Logger;
}

/** Collection of the original. */
const COLLECTION = "connections";
/** What is looked for: by the monitor itself, and by the dashboard. */
const INDEXES = [
  { key: { "agent_data.uuid": 1, connected: 1 } },
  { key: { connected: 1, updated_at: 1 } },
] as const;
/** Changes in one round trip at most. */
const BATCH = 1000;
/** Longest wait between attempts, in first waits. */
const LONGEST_RETRY = 30;

/**
 * Makes a store; it connects when there is something to store. A change whose answer was lost with the
 * connection is made again, so that a contribution may count twice, but never be lost.
 *
 * @param options See {@linkcode MongoDetailStoreOptions}.
 * @returns The store. Disposing of it tries once more to store what waits.
 */
export function mongoDetailStore(options: MongoDetailStoreOptions): DetailStore {
  return new MongoDetailStore(options);
}

class MongoDetailStore implements DetailStore {
  readonly #options: MongoDetailStoreOptions;
  readonly #client: MongoClient;
  readonly #closing = new AbortController();
  #queue: AnyBulkWriteOperation[] = [];
  #storing: Promise<void> | undefined;
  #indexed = false;
  #lost = 0;

  constructor(options: MongoDetailStoreOptions) {
    const { url, patienceMs = 5000 } = options;
    this.#options = options;
    this.#client = new MongoClient(url, {
      serverSelectionTimeoutMS: patienceMs,
      connectTimeoutMS: patienceMs,
      socketTimeoutMS: 2 * patienceMs,
      // A server of its own kind, or embedded, need not know retryable writes.
      retryWrites: false,
      appName: "copilot-monitor",
    });
  }

  insert(document: Document): void {
    const now = this.#now();
    this.#add({ insertOne: { document: { ...document, created_at: now, updated_at: now } } });
  }

  update(uuid: string, update: Document): void {
    const $set = { ...(update["$set"] as Document | undefined), updated_at: this.#now() };
    const filter = { "agent_data.uuid": uuid, connected: true };
    this.#add({ updateOne: { filter, update: { ...update, $set } } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error("Closed"));
    await this.#storing;
    if (this.#queue.length > 0) await this.#storeBatch().catch(() => {});
    await this.#client.close();
  }

  #now(): Date {
    return new Date(this.#options.clock.now());
  }

  #add(change: AnyBulkWriteOperation): void {
    const { queueLimit = 100_000, log } = this.#options;
    if (this.#queue.length >= queueLimit) {
      this.#queue.shift();
      if (this.#lost++ === 0) log.error("Too many details wait for MongoDB: the oldest are lost");
    }
    this.#queue.push(change);
    this.#storing ??= this.#store().finally(() => this.#storing = undefined);
  }

  /** Stores what waits until nothing does; a server that is away is tried again. */
  async #store(): Promise<void> {
    const { retryMs = 1000, clock, log } = this.#options;
    const { signal } = this.#closing;
    let waitMs = retryMs;
    while (this.#queue.length > 0 && !signal.aborted) {
      try {
        await this.#storeBatch();
        waitMs = retryMs;
      } catch (error) {
        log.warning(
          `Cannot store details in MongoDB: ${error instanceof Error ? error.message : error}`,
        );
        await sleep(clock, waitMs, { signal }).catch(() => {});
        waitMs = Math.min(waitMs * 2, retryMs * LONGEST_RETRY);
      }
    }
  }

  async #storeBatch(): Promise<void> {
    const collection = this.#client.db(this.#options.database).collection(COLLECTION);
    if (!this.#indexed) {
      await collection.createIndexes([...INDEXES]);
      this.#indexed = true;
    }
    const batch = this.#queue.slice(0, BATCH);
    try {
      await collection.bulkWrite(batch, { ordered: false });
    } catch (error) {
      if (!(error instanceof MongoServerError) || error instanceof MongoNetworkError) throw error;
      // It answered: what it refuses now it refuses for ever, and the others are stored.
      this.#options.log.error(`MongoDB refuses details: ${error.message}`);
    }
    const kept = new Set(batch);
    this.#queue = this.#queue.filter((change) => !kept.has(change));
  }
}
