/**
 * Few timers for many waits of few lengths, most of which are cancelled long before they end.
 *
 * @module
 */
import type { Clock, Timer } from "../clock.ts";

/** Lengths that get a line of their own at most; others get a timer for each wait. */
const MOST_LINES = 100;

/** One wait; those of a line hang together in both directions, so that any of them can leave at once. */
class Wait implements Timer {
  readonly dueMs: number;
  /** `undefined` once it has ended or was cancelled. */
  callback: (() => void) | undefined;
  before: Wait | undefined;
  behind: Wait | undefined = undefined;
  readonly #line: Line;

  constructor(line: Line, dueMs: number, callback: () => void, before: Wait | undefined) {
    this.#line = line;
    this.dueMs = dueMs;
    this.callback = callback;
    this.before = before;
  }

  /** See {@linkcode Timer.cancel}. */
  cancel(): void {
    this.#line.cancel(this);
  }
}

/**
 * A clock upon a clock. Waits of one length end in the order in which they began, so one timer for the first
 * of them serves all: a wait that is cancelled while others stand before it never costs a timer.
 */
export class SharedTimers implements Clock {
  readonly #clock: Clock;
  readonly #lines = new Map<number, Line>();

  /**
   * Makes it without a timer.
   *
   * @param clock Where the timers run; none does while nobody waits.
   */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** See {@linkcode Clock.now}. */
  now(): number {
    return this.#clock.now();
  }

  /** See {@linkcode Clock.after}. */
  after(delayMs: number, callback: () => void): Timer {
    let line = this.#lines.get(delayMs);
    if (line === undefined) {
      if (this.#lines.size >= MOST_LINES) return this.#clock.after(delayMs, callback);
      this.#lines.set(delayMs, line = new Line(this.#clock, delayMs));
    }
    return line.wait(callback);
  }
}

/** Waits of one length, the oldest first. */
class Line {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  #first: Wait | undefined;
  #last: Wait | undefined;
  /** Runs while anybody waits: until the first one is due, or one that has left since was. */
  #timer: Timer | undefined;

  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
  }

  /** Puts somebody at the end. */
  wait(callback: () => void): Timer {
    const dueMs = this.#clock.now() + this.#lengthMs;
    const wait = new Wait(this, dueMs, callback, this.#last);
    if (this.#last === undefined) this.#first = wait;
    else this.#last.behind = wait;
    this.#last = wait;
    this.#timer ??= this.#clock.after(this.#lengthMs, () => this.#ring());
    return wait;
  }

  /** Lets somebody go. */
  cancel(wait: Wait): void {
    if (wait.callback === undefined) return;
    wait.callback = undefined;
    // One that is being rung has left already.
    if (wait !== this.#first && wait.before === undefined) return;
    this.#leave(wait);
    if (this.#first !== undefined) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #leave(wait: Wait): void {
    const { before, behind } = wait;
    if (before === undefined) this.#first = behind;
    else before.behind = behind;
    if (behind === undefined) this.#last = before;
    else behind.before = before;
    wait.before = wait.behind = undefined;
  }

  /** Calls everybody who is due, and sees to it that the next one will be. */
  #ring(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.now();
    const due: Wait[] = [];
    for (let wait = this.#first; wait !== undefined; wait = this.#first) {
      const leftMs = wait.dueMs - nowMs;
      // More than the whole length left: the clock was set back.
      if (leftMs > 0 && leftMs <= this.#lengthMs) {
        this.#timer = this.#clock.after(leftMs, () => this.#ring());
        break;
      }
      this.#leave(wait);
      due.push(wait);
    }
    for (const wait of due) {
      const { callback } = wait;
      wait.callback = undefined;
      callback?.();
    }
  }
}
