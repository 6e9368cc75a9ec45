/**
 * The keys that will expire, soonest first.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";

/** A time at which a key may have to go. */
export interface Deadline {
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Index of the key's database. */
  readonly database: number;
  /** The key. */
  readonly key: Bytes;
}

/** A binary heap of deadlines. A key whose expiry changed leaves its old deadline behind as a stale one. */
export class ExpiryQueue {
  #heap: Deadline[] = [];

  /** Number of deadlines, stale ones included. */
  get length(): number {
    return this.#heap.length;
  }

  /** The soonest deadline, if there is one. */
  get first(): Deadline | undefined {
    return this.#heap[0];
  }

  /** Adds a deadline. */
  push(deadline: Deadline): void {
    const heap = this.#heap;
    let at = heap.push(deadline) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.atMs <= deadline.atMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = deadline;
  }

  /** Takes the soonest deadline. */
  pop(): Deadline | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if ((heap[child + 1]?.atMs ?? Infinity) < (heap[child]?.atMs ?? Infinity)) child++;
      const below = heap[child];
      if (below === undefined || below.atMs >= last.atMs) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  /** Replaces all deadlines, which drops the stale ones. */
  reset(deadlines: Iterable<Deadline>): void {
    // A sorted array is a heap.
    this.#heap = [...deadlines].sort((left, right) => left.atMs - right.atMs);
  }
}
