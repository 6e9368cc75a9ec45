/**
 * Clients that wait for a key to have something for them: `BLPOP` and its kin.
 *
 * @module
 */

import type { Clock, Timer } from "../../lib/clock.ts";
import type { Bytes } from "./bytes.ts";
import type { Client } from "./client.ts";
import type { Database } from "./database.ts";
import type { Reply } from "./reply.ts";

/** What a blocked client waits for. */
export interface BlockedCall {
  /** The keys of which one will do. */
  readonly keys: readonly Bytes[];
  /** Longest wait in milliseconds; 0 waits for ever. */
  readonly timeoutMs: number;
  /** The answer when the time is over. */
  readonly timeoutReply: Reply;
  /** Tries again for one key; `undefined` when it still has nothing. */
  readonly attempt: (key: Bytes) => Reply | undefined;
}

interface Waiter extends BlockedCall {
  readonly client: Client;
  readonly database: Database;
  timer: Timer | undefined;
}

/** The waiting clients of a store, first come, first served. */
export class BlockedClients {
  readonly #waiters = new Map<Database, Map<Bytes, Set<Waiter>>>();
  readonly #byClient = new Map<Client, Waiter>();
  #ready: { database: Database; key: Bytes }[] = [];

  /** Number of waiting clients. */
  get size(): number {
    return this.#byClient.size;
  }

  /** Whether a key changed that somebody waits for. */
  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Makes a client wait. */
  add(client: Client, clock: Clock, call: BlockedCall): void {
    const { database } = client;
    const waiter: Waiter = { ...call, client, database, timer: undefined };
    if (call.timeoutMs > 0) {
      waiter.timer = clock.after(call.timeoutMs, () => {
        waiter.timer = undefined;
        this.#finish(waiter, call.timeoutReply);
      });
    }
    client.isBlocked = true;
    this.#byClient.set(client, waiter);
    const byKey = this.#waiters.get(database) ?? new Map<Bytes, Set<Waiter>>();
    this.#waiters.set(database, byKey);
    for (const key of call.keys) byKey.set(key, (byKey.get(key) ?? new Set()).add(waiter));
  }

  /** Ends a client's wait without an answer; nothing happens when it does not wait. */
  remove(client: Client): void {
    const waiter = this.#byClient.get(client);
    if (waiter !== undefined) this.#forget(waiter);
  }

  /** Notes that a key changed. */
  keyChanged(database: Database, key: Bytes): void {
    if (this.#byClient.size > 0 && this.#waiters.get(database)?.has(key)) {
      this.#ready.push({ database, key });
    }
  }

  /** Serves the clients whose keys changed, until no more can be served. */
  serve(): void {
    while (this.#ready.length > 0) {
      const ready = this.#ready;
      this.#ready = [];
      for (const { database, key } of ready) {
        for (const waiter of [...this.#waiters.get(database)?.get(key) ?? []]) {
          const reply = waiter.attempt(key);
          if (reply !== undefined) this.#finish(waiter, reply);
        }
      }
    }
  }

  #finish(waiter: Waiter, reply: Reply): void {
    this.#forget(waiter);
    waiter.client.resume(reply);
  }

  #forget(waiter: Waiter): void {
    waiter.timer?.cancel();
    waiter.client.isBlocked = false;
    this.#byClient.delete(waiter.client);
    const byKey = this.#waiters.get(waiter.database);
    for (const key of waiter.keys) {
      const waiters = byKey?.get(key);
      waiters?.delete(waiter);
      if (waiters?.size === 0) byKey?.delete(key);
    }
  }
}
