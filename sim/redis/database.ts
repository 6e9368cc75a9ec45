/**
 * One of the numbered databases: keys, their values and when they expire.
 *
 * @module
 */

import { RedisError } from "../../lib/jobs/redis_calls.ts";
import type { Bytes } from "./bytes.ts";
import { Deque } from "./values/deque.ts";
import { FieldMap } from "./values/field_map.ts";
import { MemberSet } from "./values/member_set.ts";
import { SortedSet } from "./values/sorted_set.ts";

/** The types of values. */
export interface Values {
  string: Bytes;
  list: Deque;
  hash: FieldMap;
  set: MemberSet;
  zset: SortedSet;
}

/** Name of a type, as `TYPE` answers it. */
export type Kind = keyof Values;

/** What stands under a key. */
export interface Entry {
  /** The value's type. */
  readonly kind: Kind;
  /** The value. */
  readonly value: Values[Kind];
  /** Milliseconds since the Unix epoch; 0 when it never expires. */
  readonly expiresAtMs: number;
}

/** What a database tells its store. */
export interface DatabaseEvents {
  /** Now, in milliseconds since the Unix epoch; frozen while a command runs. */
  readonly nowMs: number;
  /** A key's value, existence or expiry changed. */
  keyChanged(database: Database, key: Bytes): void;
  /** A key was found expired and has been removed. */
  keyExpired(database: Database, key: Bytes): void;
  /** A key got an expiry. */
  expirySet(database: Database, key: Bytes, atMs: number): void;
}

/** A keyspace. */
export class Database {
  #entries = new Map<Bytes, Entry>();
  #volatile = 0;

  /**
   * @param index Number of the database, from 0.
   * @param events Who is told of changes.
   */
  constructor(readonly index: number, private readonly events: DatabaseEvents) {}

  /** Number of keys, those expired but not yet removed included. */
  get size(): number {
    return this.#entries.size;
  }

  /** Number of keys that have an expiry. */
  get volatileSize(): number {
    return this.#volatile;
  }

  /** The map of all entries, to iterate over; identifies the keyspace in scans. */
  get entries(): ReadonlyMap<Bytes, Entry> {
    return this.#entries;
  }

  /** Finds what stands under a key; removes it first when it has expired. */
  find(key: Bytes): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAtMs === 0) return entry;
    if (entry.expiresAtMs > this.events.nowMs) return entry;
    this.#drop(key, entry);
    this.events.keyExpired(this, key);
    return undefined;
  }

  /**
   * Finds a value of one type.
   *
   * @param key The key.
   * @param kind The type it must have.
   * @returns The value, or `undefined` when there is none.
   * @throws {RedisError} When the value is of another type.
   */
  get<K extends Kind>(key: Bytes, kind: K): Values[K] | undefined {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    if (entry.kind !== kind) {
      throw new RedisError("WRONGTYPE Operation against a key holding the wrong kind of value");
    }
    return entry.value as Values[K];
  }

  /** Finds a collection of one type, or puts an empty one there. */
  open<K extends Exclude<Kind, "string">>(key: Bytes, kind: K): Values[K] {
    const found = this.get(key, kind);
    if (found !== undefined) return found;
    const value = emptyValue(kind);
    this.#entries.set(key, { kind, value, expiresAtMs: 0 });
    return value;
  }

  /** Puts a value under a key in place of what stands there. */
  put<K extends Kind>(key: Bytes, kind: K, value: Values[K], expiresAtMs = 0): void {
    this.restoreEntry(key, { kind, value, expiresAtMs });
    this.events.keyChanged(this, key);
  }

  /** Replaces a string's value and keeps its expiry. */
  putString(key: Bytes, value: Bytes): void {
    this.put(key, "string", value, this.find(key)?.expiresAtMs ?? 0);
  }

  /** Puts an entry without telling anybody that it changed. */
  restoreEntry(key: Bytes, entry: Entry): void {
    const old = this.#entries.get(key);
    if (old !== undefined && old.expiresAtMs !== 0) this.#volatile--;
    this.#entries.set(key, entry);
    if (entry.expiresAtMs === 0) return;
    this.#volatile++;
    this.events.expirySet(this, key, entry.expiresAtMs);
  }

  /**
   * Says that a collection was changed in place; one that became empty goes.
   *
   * @param key Its key.
   * @param sizeLeft Number of its elements now.
   */
  changed(key: Bytes, sizeLeft: number): void {
    if (sizeLeft === 0) this.remove(key);
    else this.events.keyChanged(this, key);
  }

  /** Removes a key; false when it was not there. */
  remove(key: Bytes): boolean {
    const entry = this.find(key);
    if (entry === undefined) return false;
    this.#drop(key, entry);
    this.events.keyChanged(this, key);
    return true;
  }

  /** Sets when an existing key expires (0: never). */
  expire(key: Bytes, atMs: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.put(key, entry.kind, entry.value, atMs);
  }

  /** Removes all keys and returns how many there were. */
  clear(): number {
    const keys = [...this.#entries.keys()];
    this.#entries.clear();
    this.#volatile = 0;
    for (const key of keys) this.events.keyChanged(this, key);
    return keys.length;
  }

  /** A copy of all entries that shares no collection with this database. */
  copyEntries(): Map<Bytes, Entry> {
    const copy = new Map<Bytes, Entry>();
    for (const [key, entry] of this.#entries) {
      copy.set(key, { ...entry, value: cloneValue(entry) });
    }
    return copy;
  }

  #drop(key: Bytes, entry: Entry): void {
    this.#entries.delete(key);
    if (entry.expiresAtMs !== 0) this.#volatile--;
  }
}

function emptyValue<K extends Exclude<Kind, "string">>(kind: K): Values[K] {
  const empty = { list: Deque, hash: FieldMap, set: MemberSet, zset: SortedSet } as const;
  return new empty[kind]() as Values[K];
}

/** Copies an entry's value; strings need no copy. */
export function cloneValue(entry: Entry): Values[Kind] {
  const { value } = entry;
  if (typeof value === "string") return value;
  if (value instanceof Deque) return value.clone();
  if (value instanceof MemberSet) return new MemberSet(value);
  if (value instanceof SortedSet) return new SortedSet(value);
  return new FieldMap(value);
}
