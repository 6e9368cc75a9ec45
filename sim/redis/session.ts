/**
 * One client of a store, whatever carries its commands.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";
import type { Client } from "./client.ts";
import type { Database } from "./database.ts";
import type { Outcome, Reply } from "./reply.ts";
import type { RedisStore } from "./store.ts";

/** Where a session's answers go that are not returned by the call. */
export interface SessionSink {
  /** Carries a message that answers nothing (publish and subscribe). */
  send(reply: Reply): void;
  /** Carries the late answer of a blocking command. */
  resume(reply: Reply): void;
}

/** Options of {@linkcode Session}. */
export interface SessionOptions {
  /** Password that `AUTH` must give before anything else is allowed. Default: none. */
  readonly password?: string | undefined;
  /** Address of the client, as `CLIENT LIST` shows it. Default: `memory`. */
  readonly address?: string | undefined;
}

/** A command that waits for `EXEC`, bound to its session and its words. */
export type QueuedCommand = () => Outcome;

/** State of one client. */
export class Session implements Client {
  /** Number of the session. */
  readonly id: number;
  /** Password that `AUTH` must give; `null` when none is needed. */
  readonly password: string | null;
  /** Address of the client. */
  readonly address: string;
  /** When it connected, in milliseconds since the Unix epoch. */
  readonly connectedAtMs: number;
  /** The selected database. */
  database: Database;
  /** Version of the protocol. */
  protocol: 2 | 3 = 2;
  /** Name given by `CLIENT SETNAME`. */
  name: Bytes = "";
  /** Whether commands are allowed. */
  isAuthenticated: boolean;
  /** Commands since `MULTI`; `null` outside of a transaction. */
  queue: QueuedCommand[] | null = null;
  /** Whether a command could not be queued, so that `EXEC` must fail. */
  isQueueBroken = false;
  /** Keys watched for the next `EXEC`. */
  watched: { readonly database: Database; readonly key: Bytes }[] = [];
  /** Whether a watched key has changed. */
  isWatchBroken = false;
  /** Channels subscribed to. */
  readonly channels: Set<Bytes> = new Set();
  /** Patterns subscribed to. */
  readonly patterns: Set<Bytes> = new Set();
  /** Whether answers are wanted; `skip` holds for the next command only. */
  replyMode: "on" | "off" | "skip" = "on";
  /** Whether a blocking command waits. */
  isBlocked = false;
  /** Whether a blocking command must answer at once: in scripts and transactions. */
  mayBlock = true;
  /** What is logged in place of the running command; see {@linkcode logAs}. */
  loggedAs: (readonly Bytes[])[] | null = null;
  /** Whether the connection ends after the answers that are due. */
  isClosing = false;
  /** Ends the connection from outside. */
  onKill: (() => void) | undefined;

  /**
   * @param store The data.
   * @param sink Where late answers and messages go.
   * @param options See {@linkcode SessionOptions}.
   */
  constructor(
    readonly store: RedisStore,
    private readonly sink: SessionSink,
    options: SessionOptions = {},
  ) {
    this.id = store.nextClientId();
    this.password = options.password ?? null;
    this.address = options.address ?? "memory";
    this.isAuthenticated = this.password === null;
    this.connectedAtMs = store.clock.now();
    this.database = firstDatabase(store);
    store.clients.set(this.id, this);
  }

  /** Number of commands queued since `MULTI`; -1 outside of a transaction. */
  get queueLength(): number {
    return this.queue?.length ?? -1;
  }

  /** Number of subscriptions. */
  get subscriptionCount(): number {
    return this.channels.size + this.patterns.size;
  }

  /** Carries a message that answers nothing. */
  send(reply: Reply): void {
    this.sink.send(reply);
  }

  /** Carries the late answer of a blocking command. */
  resume(reply: Reply): void {
    this.sink.resume(reply);
  }

  /** Logs other commands in place of the running one: same effect, but free of chance and of now. */
  logAs(...commands: (readonly Bytes[])[]): void {
    this.loggedAs = commands;
  }

  /** Leaves a transaction and its watches. */
  discard(): void {
    this.queue = null;
    this.isQueueBroken = false;
    this.unwatch();
  }

  /** Watches a key for the next `EXEC`. */
  watch(key: Bytes): void {
    const { database } = this;
    if (this.watched.some((watch) => watch.key === key && watch.database === database)) return;
    // A key that has expired already must not break the transaction by going.
    database.find(key);
    this.watched.push({ database, key });
    this.store.watch(this, database, key);
  }

  /** Forgets all watched keys. */
  unwatch(): void {
    for (const { database, key } of this.watched) this.store.unwatch(this, database, key);
    this.watched = [];
    this.isWatchBroken = false;
  }

  /** Goes back to the state of a new connection (`RESET`). */
  reset(): void {
    this.discard();
    for (const channel of [...this.channels]) this.store.channels.unsubscribe(this, channel);
    for (const pattern of [...this.patterns]) this.store.channels.unsubscribePattern(this, pattern);
    this.database = firstDatabase(this.store);
    this.protocol = 2;
    this.name = "";
    this.replyMode = "on";
    this.isAuthenticated = this.password === null;
  }

  /** Ends the session: nothing of it stays in the store. */
  close(): void {
    this.store.blocked.remove(this);
    this.reset();
    this.isClosing = true;
    this.store.clients.delete(this.id);
  }
}

function firstDatabase(store: RedisStore): Database {
  const database = store.database(0);
  if (database === undefined) {
    throw new RangeError("Cannot open a session on a store without databases");
  }
  return database;
}
