/**
 * Virtual time: stands still until it is moved, and then calls what is due, in order.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock, Timer } from "../../lib/clock.ts";

/** A call that is due at some time; `order` keeps calls of the same time in the order they were made. */
interface Entry {
  readonly dueMs: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** A clock that is moved by hand or by a scheduler. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  /** A binary heap, the next call first. */
  readonly #heap: Entry[] = [];

  /** @param startMs Where time begins, in milliseconds since the epoch. Default: 2026-01-01. */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  /** See {@linkcode Clock.now}. */
  now(): number {
    return this.#nowMs;
  }

  /** See {@linkcode Clock.after}. */
  after(delayMs: number, callback: () => void): Timer {
    const entry: Entry = {
      dueMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#order++,
      callback,
    };
    this.#push(entry);
    return { cancel: () => entry.callback = undefined };
  }

  /** Number of calls that were ever asked for. */
  get scheduled(): number {
    return this.#order;
  }

  /** Time of the next call; `undefined` where none is due. */
  get nextMs(): number | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].callback === undefined) this.#pop();
    return this.#heap[0]?.dueMs;
  }

  /** Moves time to the next call and makes it; false where there is none. */
  step(): boolean {
    const dueMs = this.nextMs;
    if (dueMs === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    const callback = this.#pop()?.callback;
    callback?.();
    return true;
  }

  /**
   * Moves time by so much and makes every call that falls due on the way, letting promises settle
   * before each.
   *
   * @param durationMs How far.
   */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    for (;;) {
      await settled();
      const dueMs = this.nextMs;
      if (dueMs === undefined || dueMs > endMs) break;
      this.step();
    }
    this.#nowMs = endMs;
    await settled();
  }

  /** Puts an entry in, moving later ones out of its way. */
  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Takes the next entry out, moving the earlier of each two up into the gap. */
  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      let lower = left;
      let below = heap[left];
      const right = heap[left + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        lower = left + 1;
        below = right;
      }
      if (below === undefined || !isBefore(below, last)) break;
      heap[index] = below;
      index = lower;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}

/** Lets promises and what they start settle: a macrotask runs only after all microtasks. */
export function settled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
