/**
 * Documents of connections in MongoDB.
 *
 * @module
 */
import {
  type AnyBulkWriteOperation,
  type Collection,
  MongoBulkWriteError,
  MongoClient,
  MongoServerError,
} from "mongodb";
import type { Clock } from "../../lib/clock.ts";
import { sleep } from "../../lib/clock.ts";
import { messageOf } from "../../lib/error_message.ts";
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
/** Changes in one round trip at most. FerretDB 1.24 never answers a hundred updates together. */
const BATCH = 64;
/** Number of the error that an `_id` is there already. */
const DUPLICATE_KEY = 11_000;
/**
 * Numbers of errors that pass: a server that is stopping, starting, elected anew or out of reach of
 * another one (MongoDB's list of retryable errors), and rights that somebody has yet to grant.
 */
const PASSING: ReadonlySet<number> = new Set([
  ...[6, 7, 89, 91, 134, 189, 262, 9001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436],
  ...[13, 18],
]);
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
  #client: MongoClient | undefined;
  readonly #closing = new AbortController();
  #queue: AnyBulkWriteOperation[] = [];
  #storing: Promise<void> | undefined;
  #indexed = false;
  /** Changes in the next round trip at most. */
  #batch = BATCH;
  #lost = 0;

  constructor(options: MongoDetailStoreOptions) {
    this.#options = options;
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
    try {
      while (this.#queue.length > 0) await this.#storeBatch();
    } catch {
      this.#options.log.error(`Details that MongoDB did not get: ${this.#queue.length}`);
    }
    await this.#client?.close();
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
          `Cannot store details in MongoDB: ${messageOf(error)}`,
        );
        await sleep(clock, waitMs, { signal }).catch(() => {});
        waitMs = Math.min(waitMs * 2, retryMs * LONGEST_RETRY);
      }
    }
  }

  async #storeBatch(): Promise<void> {
    const client = this.#client ??= await connect(this.#options);
    const collection = client.db(this.#options.database).collection(COLLECTION);
    if (!this.#indexed) {
      await collection.createIndexes([...INDEXES]);
      this.#indexed = true;
    }
    const batch = this.#queue.slice(0, this.#batch);
    const settled = new Set(batch.slice(0, await this.#write(collection, batch)));
    this.#queue = this.#queue.filter((change) => !settled.has(change));
  }

  /**
   * Writes changes in their order.
   *
   * @returns How many of the first need not be written again.
   * @throws {Error} When the database cannot take any now.
   */
  async #write(collection: Collection, batch: AnyBulkWriteOperation[]): Promise<number> {
    try {
      await collection.bulkWrite(batch, { ordered: true });
      this.#batch = Math.min(BATCH, 2 * this.#batch);
      return batch.length;
    } catch (error) {
      const refused = error instanceof MongoBulkWriteError
        ? [error.writeErrors].flat()[0]
        : undefined;
      // The one that is refused now is refused for ever; those behind it were not looked at.
      if (refused !== undefined) {
        // An insert whose answer was lost.
        if (refused.code !== DUPLICATE_KEY) this.#refuse(refused.errmsg);
        return refused.index + 1;
      }
      if (!isRefusal(error)) {
        // A slow database may do less in the time.
        this.#batch = Math.ceil(batch.length / 2);
        throw error;
      }
      // It does not say which: one by one.
      this.#batch = 1;
      if (batch.length > 1) return 0;
      this.#refuse(error.message);
      return 1;
    }
  }

  #refuse(reason: string | undefined): void {
    this.#options.log.error(`MongoDB refuses details: ${reason}`);
  }
}

/** Connects; a driver's client that could not do so once never will. */
async function connect({ url, patienceMs = 5000 }: MongoDetailStoreOptions): Promise<MongoClient> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: patienceMs,
    connectTimeoutMS: patienceMs,
    socketTimeoutMS: 2 * patienceMs,
    // A server of its own kind, or embedded, need not know retryable writes.
    retryWrites: false,
    appName: "copilot-monitor",
  });
  try {
    return await client.connect();
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Whether a server would answer the same command with the same error for ever. */
function isRefusal(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && !(error instanceof MongoBulkWriteError) &&
    !PASSING.has(Number(error.code));
}
