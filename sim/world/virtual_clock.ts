/**
 * Virtual time: stands still until it is moved, and then calls what is due, in order.
 *
 * @module
 */
import { nextTick } from "node:process";
import { setImmediate } from "node:timers";
import type { Clock, Timer } from "../../lib/clock.ts";

/** A call that was asked for. */
class Call implements Timer {
  /** `undefined` once it was made or taken back. */
  callback: (() => void) | undefined;

  constructor(callback: () => void) {
    this.callback = callback;
  }

  /** See {@linkcode Timer.cancel}. */
  cancel(): void {
    this.callback = undefined;
  }
}

/** What follows it is a microtask. */
const NOW = Promise.resolve();
/** Calls for which there is room at first. */
const FIRST_ROOM = 1024;

/** A clock that is moved by hand or by a scheduler. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  #size = 0;
  /**
   * A heap in which each call stands above four later ones, in three columns: when it is due, what keeps
   * calls of the same time in the order in which they were asked for, and the call. Numbers of one column
   * lie side by side, so looking for the next among thousands touches little memory.
   */
  #dueMs = new Float64Array(FIRST_ROOM);
  #orders = new Float64Array(FIRST_ROOM);
  readonly #calls: (Call | undefined)[] = [];

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
    const call = new Call(callback);
    this.#push(this.#nowMs + Math.max(0, delayMs), call);
    return call;
  }

  /** Number of calls that were ever asked for. */
  get scheduled(): number {
    return this.#order;
  }

  /** Time of the next call; `undefined` where none is due. */
  get nextMs(): number | undefined {
    while (this.#size > 0 && this.#calls[0]?.callback === undefined) this.#removeFirst();
    return this.#size === 0 ? undefined : this.#dueMs[0];
  }

  /** Moves time to the next call and makes it; false where there is none. */
  step(): boolean {
    const dueMs = this.nextMs;
    if (dueMs === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    const call = this.#calls[0];
    this.#removeFirst();
    const callback = call?.callback;
    call?.cancel();
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

  /** Puts a call in, moving later ones out of its way. */
  #push(dueMs: number, call: Call): void {
    if (this.#size === this.#dueMs.length) this.#grow();
    const order = this.#order++;
    let index = this.#size++;
    while (index > 0) {
      const above = (index - 1) >> 2;
      // A later order makes no difference: what stands here was asked for before.
      if ((this.#dueMs[above] ?? 0) <= dueMs) break;
      this.#move(above, index);
      index = above;
    }
    this.#place(index, dueMs, order, call);
  }

  /** Takes the first call out, moving the earliest of each four up into the gap. */
  #removeFirst(): void {
    const last = --this.#size;
    const dueMs = this.#dueMs[last] ?? 0;
    const order = this.#orders[last] ?? 0;
    const call = this.#calls[last];
    this.#calls[last] = undefined;
    if (last === 0) return;
    let gap = 0;
    for (;;) {
      const next = this.#earliestBelow(gap);
      if (next === undefined || !this.#isBefore(next, dueMs, order)) break;
      this.#move(next, gap);
      gap = next;
    }
    this.#place(gap, dueMs, order, call);
  }

  #earliestBelow(index: number): number | undefined {
    let earliest = 4 * index + 1;
    if (earliest >= this.#size) return undefined;
    const end = Math.min(earliest + 4, this.#size);
    for (let other = earliest + 1; other < end; other++) {
      if (this.#isBefore(other, this.#dueMs[earliest] ?? 0, this.#orders[earliest] ?? 0)) {
        earliest = other;
      }
    }
    return earliest;
  }

  /** True where the call at that place comes before another one. */
  #isBefore(index: number, dueMs: number, order: number): boolean {
    const ownMs = this.#dueMs[index] ?? 0;
    return ownMs < dueMs || (ownMs === dueMs && (this.#orders[index] ?? 0) < order);
  }

  #move(from: number, to: number): void {
    this.#place(to, this.#dueMs[from] ?? 0, this.#orders[from] ?? 0, this.#calls[from]);
  }

  #place(index: number, dueMs: number, order: number, call: Call | undefined): void {
    this.#dueMs[index] = dueMs;
    this.#orders[index] = order;
    this.#calls[index] = call;
  }

  #grow(): void {
    const [dueMs, orders] = [this.#dueMs, this.#orders];
    this.#dueMs = new Float64Array(2 * dueMs.length);
    this.#dueMs.set(dueMs);
    this.#orders = new Float64Array(2 * orders.length);
    this.#orders.set(orders);
  }
}

/** Lets promises and what they start settle: a macrotask runs only after all microtasks. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Does something again and again, letting promises settle before each time as {@linkcode settled} does, at a
 * fifth of its cost: ticks, too, come only when all microtasks have run. The machine's own timers and
 * sockets get no turn meanwhile.
 *
 * @param action What is done; true where it is to be done again.
 * @returns When it said false.
 * @throws What `action` throws.
 */
export function repeatSettled(action: () => boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const again = () => nextTick(turn);
  const turn = () => {
    try {
      // A tick that another one asks for itself would run before the microtasks that this one has made.
      if (action()) void NOW.then(again);
      else resolve();
    } catch (error) {
      reject(error);
    }
  };
  void NOW.then(again);
  return promise;
}
