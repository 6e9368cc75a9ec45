/**
 * One look at the sources for everybody: while somebody watches, the pulse reads at a steady rate and
 * hands each viewer what is new. A slow viewer misses what came in between, never the latest.
 *
 * @module
 */
import type { Clock, Timer } from "../../lib/clock.ts";

/** Options of a {@linkcode Pulse}. */
export interface PulseOptions<T> {
  /** Reads the present state; must not reject. */
  readonly read: () => Promise<T>;
  /** Time between two reads, in milliseconds. */
  readonly intervalMs: number;
  /** Clock of the reads. */
  readonly clock: Clock;
  /** Most viewers at a time. Default: 500. */
  readonly mostViewers?: number | undefined;
}

interface Viewer {
  /** Number of the beat that was sent last. */
  seen: number;
  /** Text that was sent last. */
  text: string;
  /** Wakes the viewer that waits for the next beat. */
  wake: () => void;
}

/** Reads while somebody watches. */
export class Pulse<T> {
  readonly #options: PulseOptions<T>;
  readonly #viewers = new Set<Viewer>();
  #reading: Promise<T> | undefined;
  #latest: T | undefined;
  #text = "";
  #beat = 0;
  #readMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #closed = false;

  /** @param options See {@linkcode PulseOptions}. */
  constructor(options: PulseOptions<T>) {
    this.#options = options;
  }

  /** Whether one more viewer may come. */
  get hasRoom(): boolean {
    return !this.#closed && this.#viewers.size < (this.#options.mostViewers ?? 500);
  }

  /**
   * Gives the present state, at most one interval old.
   *
   * @returns The state.
   */
  async latest(): Promise<T> {
    const { clock, intervalMs } = this.#options;
    const isFresh = clock.now() - this.#readMs < intervalMs;
    return isFresh && this.#latest !== undefined ? this.#latest : await this.#read();
  }

  /** Reads anew for all viewers, soon after something has been changed. */
  async refresh(): Promise<void> {
    await this.#reading;
    if (!this.#closed) await this.#read();
  }

  /** Everything that asks while a read is under way waits for that one. */
  #read(): Promise<T> {
    this.#reading ??= this.#options.read().then((state) => {
      this.#latest = state;
      this.#text = JSON.stringify(state);
      this.#beat++;
      this.#readMs = this.#options.clock.now();
      for (const viewer of this.#viewers) viewer.wake();
      return state;
    }).finally(() => this.#reading = undefined);
    return this.#reading;
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#viewers.size === 0 || this.#closed) return;
    this.#timer = this.#options.clock.after(this.#options.intervalMs, () => {
      this.#read().finally(() => {
        this.#timer = undefined;
        this.#arm();
      });
    });
  }

  /**
   * Lets one more viewer watch.
   *
   * @returns Server-sent events: `state` with the whole state as JSON where it has changed, else `beat`.
   */
  watch(): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    const viewer: Viewer = { seen: 0, text: "", wake: () => {} };
    this.#viewers.add(viewer);
    // What was read before anybody watched may be old.
    const first = this.latest();
    return new ReadableStream({
      pull: async (controller) => {
        await first;
        if (viewer.seen === this.#beat) {
          const { promise, resolve } = Promise.withResolvers<void>();
          viewer.wake = resolve;
          this.#arm();
          await promise;
        }
        if (this.#closed) {
          controller.close();
          return;
        }
        const isNew = viewer.text !== this.#text;
        viewer.seen = this.#beat;
        viewer.text = this.#text;
        const event = isNew ? `event: state\ndata: ${this.#text}` : "event: beat\ndata: {}";
        controller.enqueue(encoder.encode(`${event}\n\n`));
      },
      cancel: () => this.#leave(viewer),
    }, { highWaterMark: 0 });
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Sends all viewers away; resolves when the last read has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    for (const viewer of this.#viewers) viewer.wake();
    await this.#reading;
    this.#viewers.clear();
  }
}
