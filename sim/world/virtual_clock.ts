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

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfBefore(index, parent)) break;
      index = parent;
    }
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const lower = right < heap.length && this.#isBefore(right, left) ? right : left;
      if (lower >= heap.length || !this.#swapIfBefore(lower, index)) return first;
      index = lower;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return false;
    return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
  }

  #swapIfBefore(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined || !this.#isBefore(one, other)) return false;
    this.#heap[one] = b;
    this.#heap[other] = a;
    return true;
  }
}

/** Lets promises and what they start settle: a macrotask runs only after all microtasks. */
export function settled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
