/**
 * All series of a site: written by carbon's ports, read by Graphite's.
 *
 * @module
 */

import { type Clock, systemClock, type Timer } from "../../lib/clock.ts";
import { BlockCache } from "./block_cache.ts";
import { BlockDatabase } from "./block_database.ts";
import type { Point } from "./point_line.ts";
import { Series } from "./series.ts";
import { SeriesTree, type TreeNode } from "./series_tree.ts";
import type { StorageRules } from "./storage_rules.ts";

/** Options of {@linkcode SeriesStore}. */
export interface SeriesStoreOptions {
  /** How series are kept. */
  readonly rules: StorageRules;
  /** Database file, made where missing. Default: none, all is in memory. */
  readonly file?: string | undefined;
  /** Most series; points of further ones are dropped. Default: 100,000. */
  readonly maxSeries?: number | undefined;
  /** Longest time that a point waits to be stored, in milliseconds. Default: 1000. */
  readonly flushMs?: number | undefined;
  /** Most bytes that the series may take; then no more is stored. Default: 1 GiB in memory, 16 in a file. */
  readonly maxBytes?: number | undefined;
  /** Told why nothing can be stored, such as a full disk; points wait within bounds. Default: nobody is. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Most blocks of 64 points in memory, about 700 bytes each. Default: 65,536. */
  readonly maxCachedBlocks?: number | undefined;
  /** Source of time. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** Most blocks that wait to be stored before they are stored at once. */
const MOST_DIRTY_BLOCKS = 8192;
const GIBIBYTE = 2 ** 30;

/** The store. A crash loses what waits to be stored, as carbon's cache does. */
export class SeriesStore implements Disposable {
  readonly #clock: Clock;
  readonly #rules: StorageRules;
  readonly #database: BlockDatabase;
  readonly #cache: BlockCache;
  readonly #series = new Map<string, Series>();
  readonly #tree = new SeriesTree();
  readonly #maxSeries: number;
  readonly #flushMs: number;
  readonly #onError: (error: unknown) => void;
  #flushTimer: Timer | undefined;
  #dropped = 0;

  /**
   * @param options See {@linkcode SeriesStoreOptions}.
   * @throws {Error} When the file cannot be opened.
   */
  constructor(options: SeriesStoreOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#rules = options.rules;
    this.#maxSeries = options.maxSeries ?? 100_000;
    this.#flushMs = options.flushMs ?? 1000;
    this.#onError = options.onError ?? (() => {});
    const maxBytes = options.maxBytes ?? (options.file === undefined ? 1 : 16) * GIBIBYTE;
    this.#database = new BlockDatabase(options.file ?? ":memory:", maxBytes);
    this.#cache = new BlockCache(this.#database, {
      mostDirty: MOST_DIRTY_BLOCKS,
      mostBlocks: options.maxCachedBlocks ?? 65_536,
      onError: this.#onError,
    });
    for (const { id, path, plan } of this.#database.allSeries()) {
      this.#insert(new Series(id, path, plan, this.#cache));
    }
  }

  /** The present second. */
  get now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  /** Number of series. */
  get size(): number {
    return this.#series.size;
  }

  /** Points that no archive or no further series could take. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Writes a point; where none of its time's archives or no further series can take it, it is dropped.
   *
   * @param point The point.
   */
  write({ path, value, timestamp }: Point): void {
    const { now } = this;
    const series = this.#series.get(path) ?? this.#begin(path);
    if (series?.write(timestamp, value, now) !== true) this.#dropped++;
    if (this.#cache.isDirty) {
      this.#flushTimer ??= this.#clock.after(this.#flushMs, () => this.flush());
    }
  }

  /** Finds series and branches; see {@linkcode SeriesTree.find}. */
  find(pattern: string): TreeNode[] {
    return this.#tree.find(pattern);
  }

  /** Stores what waits; what cannot be stored now waits on. */
  flush(): void {
    this.#flushTimer?.cancel();
    this.#flushTimer = undefined;
    this.#cache.flush();
    if (this.#cache.isDirty) this.#flushLater();
  }

  /** Stores what waits and closes the file. */
  [Symbol.dispose](): void {
    this.flush();
    this.#flushTimer?.cancel();
    this.#database[Symbol.dispose]();
  }

  #flushLater(): void {
    this.#flushTimer ??= this.#clock.after(this.#flushMs, () => this.flush());
  }

  #begin(path: string): Series | undefined {
    if (this.#series.size >= this.#maxSeries) return undefined;
    const plan = this.#rules.planFor(path);
    try {
      const id = this.#database.addSeries(path, plan);
      return this.#insert(new Series(id, path, plan, this.#cache));
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }

  #insert(series: Series): Series {
    this.#series.set(series.path, series);
    this.#tree.add(series);
    return series;
  }
}
