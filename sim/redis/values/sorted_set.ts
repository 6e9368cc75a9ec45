/**
 * Redis' sorted set: members ordered by score, then by bytes.
 *
 * The order is kept in chunks of bounded size, a B-tree of two levels: finding, inserting and removing
 * cost a binary search and the move of at most one chunk, ranks a sum over the chunks.
 *
 * @module
 */

import type { Bytes } from "../bytes.ts";

/** A member with its score. */
export interface ScoredMember {
  /** The member. */
  readonly member: Bytes;
  /** Its score; never NaN. */
  readonly score: number;
}

/** A chunk that grows beyond this is split in two. */
const LONGEST_CHUNK = 512;

/** Members ordered by score, then by bytes. */
export class SortedSet {
  readonly #nodes = new Map<Bytes, ScoredMember>();
  readonly #chunks: ScoredMember[][] = [];

  /** @param members First members. */
  constructor(members: Iterable<ScoredMember> = []) {
    for (const { member, score } of members) this.set(member, score);
  }

  /** Number of members. */
  get size(): number {
    return this.#nodes.size;
  }

  /** The score of `member`, if it is there. */
  score(member: Bytes): number | undefined {
    return this.#nodes.get(member)?.score;
  }

  /** Adds a member or moves it to another score. */
  set(member: Bytes, score: number): void {
    const old = this.#nodes.get(member);
    if (old !== undefined) {
      if (old.score === score) return;
      this.#unlink(old);
    }
    const node = { member, score };
    this.#nodes.set(member, node);
    this.#link(node);
  }

  /** Removes a member; false when it was not there. */
  delete(member: Bytes): boolean {
    const node = this.#nodes.get(member);
    if (node === undefined) return false;
    this.#nodes.delete(member);
    this.#unlink(node);
    return true;
  }

  /** Number of members before `member`, or `undefined` when it is not there. */
  rank(member: Bytes): number | undefined {
    const node = this.#nodes.get(member);
    return node && this.rankWhere((other) => !isBefore(other, node));
  }

  /**
   * Finds where a condition begins to hold.
   *
   * @param holds A condition that, once true in the order, stays true.
   * @returns The rank of the first member for which it holds, or the size.
   */
  rankWhere(holds: (node: ScoredMember) => boolean): number {
    const place = this.#chunkWhere(holds);
    let rank = 0;
    for (let index = 0; index < place; index++) rank += this.#chunks[index]?.length ?? 0;
    const chunk = this.#chunks[place];
    return chunk === undefined ? rank : rank + firstWhere(chunk, holds);
  }

  /** Copies the members of ranks `start` up to, not including, `end`. */
  slice(start: number, end: number): ScoredMember[] {
    const members: ScoredMember[] = [];
    let first = 0;
    for (const chunk of this.#chunks) {
      if (first >= end) break;
      if (first + chunk.length > start) {
        const last = Math.min(chunk.length, end - first);
        for (let index = Math.max(0, start - first); index < last; index++) {
          const node = chunk[index];
          if (node !== undefined) members.push(node);
        }
      }
      first += chunk.length;
    }
    return members;
  }

  /** Iterates over the members in order of insertion, safe against changes meanwhile. */
  members(): IterableIterator<Bytes> {
    return this.#nodes.keys();
  }

  /** Iterates in order of rank. */
  *[Symbol.iterator](): Generator<ScoredMember> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  #link(node: ScoredMember): void {
    const follows = (other: ScoredMember) => !isBefore(other, node);
    const place = Math.max(0, Math.min(this.#chunkWhere(follows), this.#chunks.length - 1));
    const chunk = this.#chunks[place];
    if (chunk === undefined) {
      this.#chunks.push([node]);
      return;
    }
    chunk.splice(firstWhere(chunk, follows), 0, node);
    if (chunk.length > LONGEST_CHUNK) {
      this.#chunks.splice(place + 1, 0, chunk.splice(LONGEST_CHUNK / 2));
    }
  }

  #unlink(node: ScoredMember): void {
    const reaches = (other: ScoredMember) => !isBefore(other, node);
    const place = this.#chunkWhere(reaches);
    const chunk = this.#chunks[place];
    if (chunk === undefined) return;
    if (chunk.length === 1) this.#chunks.splice(place, 1);
    else chunk.splice(firstWhere(chunk, reaches), 1);
  }

  /** The first chunk whose last member satisfies the condition. */
  #chunkWhere(holds: (node: ScoredMember) => boolean): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.#chunks[middle]?.at(-1);
      if (last !== undefined && holds(last)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function isBefore(left: ScoredMember, right: ScoredMember): boolean {
  return left.score < right.score || (left.score === right.score && left.member < right.member);
}

function firstWhere(chunk: ScoredMember[], holds: (node: ScoredMember) => boolean): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const node = chunk[middle];
    if (node !== undefined && holds(node)) high = middle;
    else low = middle + 1;
  }
  return low;
}
