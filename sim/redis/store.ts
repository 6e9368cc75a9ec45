/**
 * The data of a Redis: sixteen databases, the time of their expiry, who watches keys, who waits for
 * them, and the log of what changed.
 *
 * @module
 */

import { type Clock, systemClock, type Timer } from "../../lib/clock.ts";
import { type Random, systemRandom } from "../../lib/random.ts";
import { BlockedClients } from "./blocking.ts";
import type { Bytes } from "./bytes.ts";
import type { Client } from "./client.ts";
import { cloneValue, Database, type DatabaseEvents, type Entry } from "./database.ts";
import { ExpiryQueue } from "./expiry_queue.ts";
import { Channels } from "./channels.ts";
import { ScanCursors } from "./scan_cursors.ts";
import type { ServerControl } from "./server_control.ts";

/** Number of databases, as Redis has by default. */
export const DATABASE_COUNT = 16;

/** Active expiry runs no more often than this, in milliseconds, so that many deadlines share a run. */
const EXPIRY_PAUSE_MS = 100;

/** Below this number of deadlines, stale ones are left where they are. */
const FEWEST_DEADLINES = 1024;

/** Options of {@linkcode RedisStore}. */
export interface RedisStoreOptions {
  /** Source of time. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Source of chance, for `SPOP` and its kin. Default: the machine's. */
  readonly random?: Random | undefined;
  /** Lua instructions after which a script is stopped. Default: 50,000,000. */
  readonly scriptInstructionLimit?: number | undefined;
}

/** A write command that took effect. */
export interface Write {
  /** Index of the database that it changed. */
  readonly database: number;
  /** The command and its arguments as byte strings; relative expiries are absolute here. */
  readonly command: readonly Bytes[];
}

/** The data at one moment; see {@linkcode RedisStore.snapshot}. */
export interface RedisSnapshot {
  /** Entries of each database. */
  readonly databases: readonly ReadonlyMap<Bytes, Entry>[];
}

/** The data of a Redis, shared by any number of connections. */
export class RedisStore implements DatabaseEvents, Disposable {
  /** The numbered databases. */
  readonly databases: readonly Database[];
  /** Source of time. */
  readonly clock: Clock;
  /** Source of chance. */
  readonly random: Random;
  /** Lua instructions after which a script is stopped. */
  readonly scriptInstructionLimit: number;
  /** Open scans. */
  readonly scans: ScanCursors = new ScanCursors();
  /** Subscriptions to channels. */
  readonly channels: Channels = new Channels();
  /** Clients that wait for keys. */
  readonly blocked: BlockedClients = new BlockedClients();
  /** Connected clients by their numbers. */
  readonly clients: Map<number, Client> = new Map();
  /** The server around the store, where there is one. */
  server: ServerControl | undefined;
  /** Commands executed so far. */
  commandCount = 0;
  /** Changes so far; a command that leaves it alone had no effect. */
  changeCount = 0;
  /** When the data was last saved, in milliseconds since the Unix epoch. */
  savedAtMs: number;
  /** When the store was made, in milliseconds since the Unix epoch. */
  readonly startedAtMs: number;

  #nowMs: number;
  #clientCount = 0;
  #batch: Write[] = [];
  readonly #listeners = new Set<(writes: readonly Write[]) => void>();
  readonly #watchers: Map<Bytes, Set<Client>>[] = [];
  readonly #expiry = new ExpiryQueue();
  #expiryTimer: Timer | undefined;
  #expiryDueMs = Infinity;
  /** Stale deadlines are dropped when there are more than this. */
  #expiryLimit = FEWEST_DEADLINES;

  /**
   * Begins with empty databases.
   *
   * @param options See {@linkcode RedisStoreOptions}.
   */
  constructor(options: RedisStoreOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? systemRandom;
    this.scriptInstructionLimit = options.scriptInstructionLimit ?? 50_000_000;
    this.#nowMs = this.startedAtMs = this.savedAtMs = this.clock.now();
    this.databases = Array.from(
      { length: DATABASE_COUNT },
      (_, index) => new Database(index, this),
    );
    this.#watchers = this.databases.map(() => new Map());
  }

  /** Now, in milliseconds since the Unix epoch; frozen while a command, script or transaction runs. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Whether anybody listens to writes. */
  get isLogging(): boolean {
    return this.#listeners.size > 0;
  }

  /** A number for a new client. */
  nextClientId(): number {
    return ++this.#clientCount;
  }

  /** The database of that number, if there is one. */
  database(index: number): Database | undefined {
    return this.databases[index];
  }

  /**
   * Listens to what changes the data.
   *
   * @param listener Called after each command, script or transaction with all its effective writes:
   *   one atomic group.
   * @returns Ends the listening.
   */
  onWrite(listener: (writes: readonly Write[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Notes an effective write; it is announced by {@linkcode commit}. */
  log(database: Database, command: readonly Bytes[]): void {
    if (this.isLogging) this.#batch.push({ database: database.index, command });
  }

  /** Starts a command, script or transaction: time moves on. */
  begin(): void {
    this.#nowMs = this.clock.now();
  }

  /** Ends a command, script or transaction: writes are announced, waiting clients served. */
  commit(): void {
    if (this.blocked.hasReady) this.blocked.serve();
    if (this.#batch.length === 0) return;
    const writes = this.#batch;
    this.#batch = [];
    for (const listener of this.#listeners) listener(writes);
  }

  /** Breaks transactions that watch the key and wakes clients that wait for it. */
  keyChanged(database: Database, key: Bytes): void {
    this.changeCount++;
    const watchers = this.#watchers[database.index];
    if (watchers !== undefined && watchers.size > 0) {
      for (const client of watchers.get(key) ?? []) client.isWatchBroken = true;
    }
    this.blocked.keyChanged(database, key);
  }

  /** Announces an expiry as the `DEL` that replicas and the append-only file see. */
  keyExpired(database: Database, key: Bytes): void {
    this.keyChanged(database, key);
    this.log(database, ["DEL", key]);
  }

  /** Notes a deadline, so that the key goes even when nobody asks for it. */
  expirySet(database: Database, key: Bytes, atMs: number): void {
    this.#expiry.push({ atMs, database: database.index, key });
    this.#scheduleExpiry();
    if (this.#expiry.length > this.#expiryLimit) this.#rebuildExpiry();
  }

  /** Breaks the next EXEC of `client` when the key changes. */
  watch(client: Client, database: Database, key: Bytes): void {
    const watchers = this.#watchers[database.index];
    const clients = watchers?.get(key) ?? new Set();
    watchers?.set(key, clients.add(client));
  }

  /** Takes a watch back. */
  unwatch(client: Client, database: Database, key: Bytes): void {
    const watchers = this.#watchers[database.index];
    const clients = watchers?.get(key);
    clients?.delete(client);
    if (clients?.size === 0) watchers?.delete(key);
  }

  /**
   * Copies the data.
   *
   * @returns The data as they are now; later changes do not reach the copy.
   */
  snapshot(): RedisSnapshot {
    return { databases: this.databases.map((database) => database.copyEntries()) };
  }

  /**
   * Puts the data back to what they were. Nothing is logged; open scans are forgotten, scripts stay.
   *
   * @param snapshot What {@linkcode snapshot} returned; it can be used again.
   */
  restore(snapshot: RedisSnapshot): void {
    this.begin();
    this.scans.clear();
    for (const database of this.databases) {
      database.clear();
      for (const [key, entry] of snapshot.databases[database.index] ?? []) {
        // A copy, lest later commands change the snapshot.
        database.restoreEntry(key, { ...entry, value: cloneValue(entry) });
      }
    }
  }

  /** Stops active expiry; the data stay usable. */
  [Symbol.dispose](): void {
    this.#expiryTimer?.cancel();
    this.#expiryTimer = undefined;
    this.#expiryDueMs = -Infinity;
  }

  #scheduleExpiry(): void {
    const first = this.#expiry.first;
    if (first === undefined || first.atMs >= this.#expiryDueMs) return;
    this.#expiryTimer?.cancel();
    const delayMs = Math.max(first.atMs - this.#nowMs + 1, EXPIRY_PAUSE_MS);
    this.#expiryDueMs = this.#nowMs + delayMs;
    this.#expiryTimer = this.clock.after(delayMs, () => this.#expireDue());
  }

  #expireDue(): void {
    this.#expiryTimer = undefined;
    this.#expiryDueMs = Infinity;
    this.begin();
    for (
      let first = this.#expiry.first;
      first && first.atMs <= this.#nowMs;
      first = this.#expiry.first
    ) {
      this.#expiry.pop();
      // Finding a key removes it when it has expired; a stale deadline finds nothing to do.
      this.databases[first.database]?.find(first.key);
    }
    this.commit();
    this.#scheduleExpiry();
  }

  #rebuildExpiry(): void {
    const deadlines = this.databases.flatMap(({ index, entries }) =>
      [...entries].filter(([, entry]) => entry.expiresAtMs !== 0)
        .map(([key, entry]) => ({ atMs: entry.expiresAtMs, database: index, key }))
    );
    this.#expiry.reset(deadlines);
    this.#expiryLimit = 2 * deadlines.length + FEWEST_DEADLINES;
  }
}
