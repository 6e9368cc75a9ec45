/**
 * What Redis would have lost: the writes since its log was last forced to the disk, and the way back to the
 * data without them.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { memoryRedisCalls, type RedisSnapshot, type RedisStore, type Write } from "../redis/mod.ts";
import { decodeText } from "../redis/bytes.ts";

/** One atomic group of writes. */
interface Effect {
  readonly atMs: number;
  readonly writes: readonly Write[];
}

/** Effects after which the data are copied anew, so that little has to be replayed. */
const EFFECTS_PER_COPY = 2000;

/** The data at some moment, and how many effects of the journal came before. */
interface Copy {
  readonly atMs: number;
  readonly snapshot: RedisSnapshot;
  readonly effects: number;
}

/** Remembers the latest effects. */
export class WriteJournal implements Disposable {
  readonly #store: RedisStore;
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #stop: () => void;
  #base: Copy;
  #next: Copy | undefined;
  #effects: Effect[] = [];
  #isReplaying = false;

  /**
   * Begins with the data as they are.
   *
   * @param store The data.
   * @param windowMs Time between two writes to the disk.
   */
  constructor(store: RedisStore, windowMs: number) {
    this.#store = store;
    this.#clock = store.clock;
    this.#windowMs = windowMs;
    this.#base = this.#copy();
    this.#stop = store.onWrite((writes) => this.#note(writes));
  }

  /**
   * Takes back the effects of the last part of the window.
   *
   * @param share Part of the window, 0 to 1.
   * @returns Number of effects taken back.
   */
  rollBack(share: number): number {
    const keptMs = this.#clock.now() - share * this.#windowMs;
    const kept = this.#effects.filter(({ atMs }) => atMs <= keptMs);
    const lost = this.#effects.length - kept.length;
    if (lost > 0) {
      this.#store.restore(this.#base.snapshot);
      this.#replay(kept);
    }
    this.#base = this.#copy();
    this.#next = undefined;
    this.#effects = [];
    return lost;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #note(writes: readonly Write[]): void {
    if (this.#isReplaying) return;
    const atMs = this.#clock.now();
    this.#effects.push({ atMs, writes });
    if (this.#effects.length - (this.#next?.effects ?? 0) < EFFECTS_PER_COPY) return;
    // The copy before this one is old enough by now to be what is on the disk at least.
    if (this.#next !== undefined && atMs - this.#next.atMs > this.#windowMs) {
      this.#effects.splice(0, this.#next.effects);
      this.#base = this.#next;
      this.#next = undefined;
    }
    this.#next ??= { ...this.#copy(), effects: this.#effects.length };
  }

  #copy(): Copy {
    return { atMs: this.#clock.now(), snapshot: this.#store.snapshot(), effects: 0 };
  }

  #replay(effects: readonly Effect[]): void {
    const calls = memoryRedisCalls(this.#store);
    this.#isReplaying = true;
    // Commands take effect when they are called; their answers are of no interest.
    for (const { writes } of effects) {
      for (const { command } of writes) void calls.call(command.map(decodeText));
    }
    this.#isReplaying = false;
    void calls[Symbol.asyncDispose]();
  }
}
