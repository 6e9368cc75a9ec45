/**
 * Memory of received messages, bounded in number and age. It only saves work: no effect depends on it. What
 * has been finished is remembered until half as many others as the limit have been, or its age is reached.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** Bounds of the memory. */
export interface SeenMessagesOptions {
  /** Entries at most; half of them, the older ones, go at once. */
  readonly limit: number;
  /** Age in milliseconds at which an entry is forgotten. */
  readonly ageMs: number;
  /** Measures the age. */
  readonly clock: Clock;
}

/** Stands in place of the time of completion. */
const IN_PROGRESS = -1;

/**
 * Which messages are being processed or have been. The latter stand in two generations: to forget a whole
 * one costs nothing, while taking single entries from the front of a large Map means passing over those
 * taken before. What is being processed stands among the young.
 */
export class SeenMessages {
  readonly #options: SeenMessagesOptions;
  readonly #generation: number;
  /** Time of completion; {@linkcode IN_PROGRESS} until then. */
  #young = new Map<string, number>();
  #old: ReadonlyMap<string, number> = new Map();
  #inProgress = 0;
  /** When the young generation began. */
  #sinceMs: number;

  /**
   * Begins empty.
   *
   * @param options See {@linkcode SeenMessagesOptions}.
   */
  constructor(options: SeenMessagesOptions) {
    this.#options = options;
    this.#generation = Math.max(1, Math.floor(options.limit / 2));
    this.#sinceMs = options.clock.now();
  }

  /** What is known of a message. */
  state(key: string): "unseen" | "in-progress" | "finished" {
    const finishedMs = this.#young.get(key) ?? this.#old.get(key);
    if (finishedMs === undefined) return "unseen";
    if (finishedMs === IN_PROGRESS) return "in-progress";
    return this.#options.clock.now() - finishedMs < this.#options.ageMs ? "finished" : "unseen";
  }

  /** Processing begins, and will take time. */
  begin(key: string): void {
    this.#young.set(key, IN_PROGRESS);
    this.#inProgress++;
  }

  /** Processing failed: the next copy counts as new. */
  forget(key: string): void {
    if (this.#young.get(key) !== IN_PROGRESS) return;
    this.#young.delete(key);
    this.#inProgress--;
  }

  /** Processing succeeded. */
  finish(key: string): void {
    const nowMs = this.#options.clock.now();
    const isOver = this.#young.size - this.#inProgress >= this.#generation ||
      nowMs - this.#sinceMs >= this.#options.ageMs;
    if (isOver) this.#age(nowMs);
    if (this.#inProgress > 0 && this.#young.get(key) === IN_PROGRESS) this.#inProgress--;
    this.#young.set(key, nowMs);
  }

  /** The young become the old, but for what is still being processed. */
  #age(nowMs: number): void {
    const inProgress = new Map<string, number>();
    if (this.#inProgress > 0) {
      for (const [key, finishedMs] of this.#young) {
        if (finishedMs === IN_PROGRESS) inProgress.set(key, IN_PROGRESS);
      }
      for (const key of inProgress.keys()) this.#young.delete(key);
    }
    this.#old = this.#young;
    this.#young = inProgress;
    this.#sinceMs = nowMs;
  }

  /** Entries held now. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
