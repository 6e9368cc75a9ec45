/**
 * Memory of received messages, bounded in number and age. It only saves work: no effect depends on it.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** Bounds of the memory. */
export interface SeenMessagesOptions {
  /** Entries at most; the oldest goes first. */
  readonly limit: number;
  /** Age in milliseconds at which an entry is forgotten. */
  readonly ageMs: number;
  /** Measures the age. */
  readonly clock: Clock;
}

/** Which messages are being processed or have been. */
export class SeenMessages {
  readonly #options: SeenMessagesOptions;
  readonly #inProgress = new Set<string>();
  /** Time of completion; a Map keeps the order of insertion, so the oldest stands first. */
  readonly #finished = new Map<string, number>();

  /**
   * Begins empty.
   *
   * @param options See {@linkcode SeenMessagesOptions}.
   */
  constructor(options: SeenMessagesOptions) {
    this.#options = options;
  }

  /** What is known of a message. */
  state(key: string): "unseen" | "in-progress" | "finished" {
    if (this.#inProgress.has(key)) return "in-progress";
    const finishedMs = this.#finished.get(key);
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
    this.#finished.delete(key);
    this.#finished.set(key, this.#options.clock.now());
    if (this.#finished.size > this.#options.limit) {
      for (const oldest of this.#finished.keys()) {
        this.#finished.delete(oldest);
        break;
      }
    }
  }

  /** Entries held now. */
  get size(): number {
    return this.#inProgress.size + this.#finished.size;
  }
}
