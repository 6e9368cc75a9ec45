/**
 * Blocks of points in memory: those that wait to be stored, and those used last.
 *
 * @module
 */

import { BLOCK_POINTS, type BlockDatabase, type BlockPlace } from "./block_database.ts";

/** The blocks of one archive of one series that are in memory, by their first second. */
export interface ArchiveBlocks extends BlockPlace {
  /** Seconds for which points are kept. */
  readonly spanSeconds: number;
  /** The blocks. */
  readonly blocks: Map<number, Block>;
}

/** Points at equal distances. */
interface Block {
  readonly owner: ArchiveBlocks;
  readonly start: number;
  /** NaN where there is no point. */
  readonly points: Float64Array;
  /** Whether it differs from what is stored. */
  isDirty: boolean;
  /** Whether it was used since the last look for blocks to let go. */
  isRecent: boolean;
}

/** Options of {@linkcode BlockCache}. */
export interface BlockCacheOptions {
  /** Most blocks that may wait to be stored. */
  readonly mostDirty: number;
  /** Most blocks in memory, those that wait to be stored aside. */
  readonly mostBlocks: number;
  /** Told why blocks could not be stored; they go on waiting. */
  readonly onError: (error: unknown) => void;
}

/** Reads and writes points; what is written is stored with {@linkcode BlockCache.flush}. */
export class BlockCache {
  readonly #database: BlockDatabase;
  readonly #options: BlockCacheOptions;
  /** All blocks in memory, the longest unused about first. */
  readonly #blocks = new Set<Block>();
  #dirty: Block[] = [];
  /** Whether the last attempt to store failed, as on a full disk. */
  #isFailing = false;
  /** Archives that have grown: the first second of the oldest block that each keeps. */
  readonly #grown = new Map<ArchiveBlocks, number>();

  /**
   * @param database Where the blocks are stored.
   * @param options See {@linkcode BlockCacheOptions}.
   */
  constructor(database: BlockDatabase, options: BlockCacheOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Whether anything waits to be stored. */
  get isDirty(): boolean {
    return this.#dirty.length > 0;
  }

  /**
   * Sets a point.
   *
   * @param archive Where.
   * @param second When; a multiple of the archive's step.
   * @param value What.
   * @param now The present second: the archive keeps what lies its span before it.
   * @returns False where no more can wait to be stored.
   */
  set(archive: ArchiveBlocks, second: number, value: number, now: number): boolean {
    const start = blockStart(archive, second);
    if (this.#find(archive, start)?.isDirty !== true && !this.#hasRoom()) return false;
    // Looked for again: making room may have let it go.
    const block = this.#find(archive, start) ?? this.#add(archive, start, now);
    block.points[(second - start) / archive.stepSeconds] = value;
    if (block.isDirty) return true;
    block.isDirty = true;
    this.#dirty.push(block);
    return true;
  }

  /**
   * Reads points.
   *
   * @param archive Where.
   * @param first When the first is; a multiple of the archive's step.
   * @param count How many.
   * @returns The values, `null` where there is none.
   */
  get(archive: ArchiveBlocks, first: number, count: number): (number | null)[] {
    const values: (number | null)[] = new Array(count).fill(null);
    const blockSeconds = archive.stepSeconds * BLOCK_POINTS;
    const end = first + count * archive.stepSeconds;
    for (let start = blockStart(archive, first); start < end; start += blockSeconds) {
      const points = this.#find(archive, start)?.points;
      if (points === undefined) continue;
      const offset = (start - first) / archive.stepSeconds;
      const last = Math.min(BLOCK_POINTS, count - offset);
      for (let index = Math.max(0, -offset); index < last; index++) {
        const value = points[index];
        if (value !== undefined && !Number.isNaN(value)) values[offset + index] = value;
      }
    }
    return values;
  }

  /** Stores what waits, and forgets what archives no longer keep; what fails is tried again next time. */
  flush(): void {
    try {
      // First what frees room.
      this.#database.transaction(() => {
        for (const [archive, oldest] of this.#grown) this.#database.dropBefore(archive, oldest);
      });
      this.#database.transaction(() => {
        for (const { owner, start, points } of this.#dirty) {
          this.#database.save(owner, start, points);
        }
      });
    } catch (error) {
      this.#isFailing = true;
      return this.#options.onError(error);
    }
    this.#isFailing = false;
    for (const block of this.#dirty) block.isDirty = false;
    this.#dirty = [];
    for (const [archive, oldest] of this.#grown) this.#forget(archive, oldest);
    this.#grown.clear();
    this.#shrink();
  }

  /** Whether one more block may wait; stores those that do, where it may not, unless that failed just now. */
  #hasRoom(): boolean {
    if (this.#dirty.length < this.#options.mostDirty) return true;
    if (!this.#isFailing) this.flush();
    return !this.#isFailing;
  }

  #find(archive: ArchiveBlocks, start: number): Block | undefined {
    const block = archive.blocks.get(start);
    if (block !== undefined) {
      block.isRecent = true;
      return block;
    }
    const points = this.#database.load(archive, start);
    if (points === undefined) return undefined;
    if (this.#blocks.size >= 2 * this.#options.mostBlocks) this.#shrink();
    return this.#insert(archive, start, points);
  }

  /** A block that was not there: the archive grows, so that its oldest may go. */
  #add(archive: ArchiveBlocks, start: number, now: number): Block {
    const oldest = blockStart(archive, now - archive.spanSeconds);
    this.#grown.set(archive, Math.max(oldest, this.#grown.get(archive) ?? oldest));
    return this.#insert(archive, start, new Float64Array(BLOCK_POINTS).fill(NaN));
  }

  #insert(owner: ArchiveBlocks, start: number, points: Float64Array): Block {
    const block: Block = { owner, start, points, isDirty: false, isRecent: true };
    owner.blocks.set(start, block);
    this.#blocks.add(block);
    return block;
  }

  #forget(archive: ArchiveBlocks, oldest: number): void {
    for (const block of archive.blocks.values()) if (block.start < oldest) this.#release(block);
  }

  #release(block: Block): void {
    block.owner.blocks.delete(block.start);
    this.#blocks.delete(block);
  }

  /** Lets stored blocks go, those that were not used since the last time first. */
  #shrink(): void {
    let looks = 2 * this.#blocks.size;
    for (const block of this.#blocks) {
      if (this.#blocks.size <= this.#options.mostBlocks || looks-- === 0) return;
      if (!block.isRecent && !block.isDirty) this.#release(block);
      else {
        // To the end of the set, where this loop comes by again.
        block.isRecent = false;
        this.#blocks.delete(block);
        this.#blocks.add(block);
      }
    }
  }
}

function blockStart({ stepSeconds }: BlockPlace, second: number): number {
  const blockSeconds = stepSeconds * BLOCK_POINTS;
  return Math.floor(second / blockSeconds) * blockSeconds;
}
