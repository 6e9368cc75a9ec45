/**
 * A bound on what a store holds.
 *
 * @module
 */

import { CHIRP_CODES } from "../../lib/chirp/codes.ts";
import type { ChirpStat } from "../../lib/chirp/stat.ts";
import { ChirpFailure } from "./failure.ts";
import { isFile } from "./resolve.ts";
import type { FileOpening, Storage, StoredFile, StoreSpace } from "./storage.ts";
import { walkTree } from "./tree.ts";

/** Options of {@linkcode BoundedStorage}. */
export interface BoundedStorageOptions {
  /** Most bytes that all files hold together; default no bound. */
  readonly capacityBytes?: number | undefined;
  /** Asked before anything grows: true acts as a full disk; default never. */
  readonly full?: (() => boolean) | undefined;
}

/**
 * Another store with a bound. Sizes count as `stat` tells them, holes included; what other programs do
 * in a folder after the start is not counted.
 */
export class BoundedStorage implements Storage {
  readonly #inner: Storage;
  readonly #capacityBytes: number;
  readonly #full: () => boolean;
  #usedBytes = 0;

  /**
   * @param inner The store itself.
   * @param options See {@linkcode BoundedStorageOptions}.
   */
  constructor(inner: Storage, options: BoundedStorageOptions = {}) {
    this.#inner = inner;
    this.#capacityBytes = options.capacityBytes ?? Infinity;
    this.#full = options.full ?? (() => false);
    if (this.#counts) this.#usedBytes = measure(inner);
  }

  /** Bytes that all files hold together; 0 where there is no bound. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  lstat(path: string): ChirpStat | undefined {
    return this.#inner.lstat(path);
  }

  readLink(path: string): string {
    return this.#inner.readLink(path);
  }

  names(path: string): string[] {
    return this.#inner.names(path);
  }

  open(path: string, opening: FileOpening): StoredFile {
    if (!opening.write && !opening.create) return this.#inner.open(path, opening);
    if (opening.create && this.#full() && this.lstat(path) === undefined) throw noSpace(path);
    const before = this.#counts ? this.#sizeOf(path) : 0;
    const file = this.#inner.open(path, opening);
    if (opening.truncate) this.#usedBytes -= before;
    return new BoundedFile(file, {
      append: opening.append ?? false,
      watched: () => this.#counts || this.#full(),
      grow: (growthBytes) => this.#grow(growthBytes),
    });
  }

  makeDirectory(path: string, mode: number): void {
    if (this.#full()) throw noSpace(path);
    this.#inner.makeDirectory(path, mode);
  }

  removeDirectory(path: string): void {
    this.#inner.removeDirectory(path);
  }

  removeFile(path: string): void {
    const freed = this.#freedBy(path);
    this.#inner.removeFile(path);
    this.#usedBytes -= freed;
  }

  rename(from: string, to: string): void {
    const freed = this.#counts && this.lstat(from)?.inode !== this.lstat(to)?.inode
      ? this.#freedBy(to)
      : 0;
    this.#inner.rename(from, to);
    this.#usedBytes -= freed;
  }

  link(from: string, to: string): void {
    this.#inner.link(from, to);
  }

  symlink(target: string, path: string): void {
    if (this.#full()) throw noSpace(path);
    this.#inner.symlink(target, path);
  }

  setMode(path: string, mode: number): void {
    this.#inner.setMode(path, mode);
  }

  setTimes(path: string, accessS: number, modifiedS: number): void {
    this.#inner.setTimes(path, accessS, modifiedS);
  }

  space(path: string): StoreSpace {
    const space = this.#inner.space(path);
    if (this.#full()) return { ...space, freeBlocks: 0, availableBlocks: 0 };
    if (!this.#counts) return space;
    const blocksOf = (bytes: number) => Math.floor(Math.max(0, bytes) / space.blockSizeBytes);
    const free = blocksOf(this.#capacityBytes - this.#usedBytes);
    return {
      ...space,
      blocks: blocksOf(this.#capacityBytes),
      freeBlocks: free,
      availableBlocks: free,
    };
  }

  attributes(path: string): Map<string, Uint8Array> | undefined {
    return this.#inner.attributes(path);
  }

  get #counts(): boolean {
    return this.#capacityBytes !== Infinity;
  }

  #sizeOf(path: string): number {
    const stat = this.lstat(path);
    return stat !== undefined && isFile(stat) ? stat.sizeBytes : 0;
  }

  /** Bytes that come free with a name; a file with another name stays. */
  #freedBy(path: string): number {
    if (!this.#counts) return 0;
    return this.lstat(path)?.links === 1 ? this.#sizeOf(path) : 0;
  }

  #grow(growthBytes: number): void {
    if (growthBytes > 0) {
      if (this.#full() || this.#usedBytes + growthBytes > this.#capacityBytes) {
        throw noSpace(`${growthBytes} bytes`);
      }
    }
    if (this.#counts) this.#usedBytes += growthBytes;
  }
}

/** What an open file asks of its store. */
interface GrowthGuard {
  /** Whether every write goes to the end. */
  readonly append: boolean;
  /** Whether growth has to be asked for at present. */
  readonly watched: () => boolean;
  /** Counts a growth in bytes (negative: a cut); throws where there is no room. */
  readonly grow: (growthBytes: number) => void;
}

/** An open file that asks before it grows. */
class BoundedFile implements StoredFile {
  constructor(private readonly inner: StoredFile, private readonly guard: GrowthGuard) {}

  read(offset: number, into: Uint8Array): number {
    return this.inner.read(offset, into);
  }

  write(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0 || !this.guard.watched()) return this.inner.write(offset, bytes);
    const { sizeBytes } = this.inner.stat();
    const end = (this.guard.append ? sizeBytes : offset) + bytes.length;
    this.#resize(Math.max(0, end - sizeBytes), () => this.inner.write(offset, bytes));
  }

  stat(): ChirpStat {
    return this.inner.stat();
  }

  truncate(sizeBytes: number): void {
    this.#resize(sizeBytes - this.inner.stat().sizeBytes, () => this.inner.truncate(sizeBytes));
  }

  setMode(mode: number): void {
    this.inner.setMode(mode);
  }

  attributes(): Map<string, Uint8Array> | undefined {
    return this.inner.attributes();
  }

  sync(): void {
    this.inner.sync();
  }

  close(): void {
    this.inner.close();
  }

  #resize(growthBytes: number, act: () => void): void {
    this.guard.grow(growthBytes);
    try {
      act();
    } catch (error) {
      this.guard.grow(-growthBytes);
      throw error;
    }
  }
}

/** Bytes of all files, those with several names once. */
function measure(storage: Storage): number {
  const counted = new Set<bigint>();
  let bytes = 0;
  for (const { stat } of walkTree(storage, "/")) {
    if (!isFile(stat) || counted.has(stat.inode)) continue;
    counted.add(stat.inode);
    bytes += stat.sizeBytes;
  }
  return bytes;
}

function noSpace(what: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.NO_SPACE, `No space left for ${what}`);
}
