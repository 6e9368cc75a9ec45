/**
 * Memory of received messages, bounded in number and age. It only saves work: no effect depends on it.
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

/**
 * Which messages are being processed or have been. The latter stand in two generations: to forget a whole
 * one costs nothing, while taking single entries from the front of a large Map means passing over those
 * taken before.
 */
export class SeenMessages {
  readonly #options: SeenMessagesOptions;
  readonly #generation: number;
  readonly #inProgress = new Set<string>();
  /** Time of completion. */
  #young = new Map<string, number>();
  #old: ReadonlyMap<string, number> = new Map();
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
    if (this.#inProgress.has(key)) return "in-progress";
    const finishedMs = this.#young.get(key) ?? this.#old.get(key);
    const fresh = finishedMs !== undefined &&
      this.#options.clock.now() - finishedMs < this.#options.ageMs;
    return fresh ? "finished" : "unseen";
  }

  /** Processing begins. */
  begin(key: string): void {
    this.#inProgress.add(key);
  }

  /** Processing failed: the next copy counts as new. */
  forget(key: string): void {
    this.#inProgress.delete(key);
  }

  /** Processing succeeded. */
  finish(key: string): void {
    this.#inProgress.delete(key);
    const nowMs = this.#options.clock.now();
    const isOver = this.#young.size >= this.#generation ||
      nowMs - this.#sinceMs >= this.#options.ageMs;
    if (isOver) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#sinceMs = nowMs;
    }
    this.#young.set(key, nowMs);
  }

  /** Entries held now. */
  get size(): number {
    return this.#inProgress.size + this.#young.size + this.#old.size;
  }
}
