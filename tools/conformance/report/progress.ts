/**
 * A line now and then for whoever waits for a run: cases that wait for minutes look like a hang.
 *
 * @module
 */
import type { Clock, Timer } from "../../../lib/clock.ts";

/** Time between two lines, in milliseconds. A run of seconds prints none. */
const LINE_MS = 15_000;
/** Cases named in a line at most. */
const MOST_NAMED = 3;

/** What progress knows of a case. */
export interface ProgressCase {
  readonly id: string;
  /** True: it may wait for minutes. */
  readonly slow?: boolean | undefined;
}

/** Options of a {@linkcode ProgressReport}. */
export interface ProgressOptions {
  /** Number of cases of the run. */
  readonly total: number;
  readonly clock: Clock;
  /** Takes a line. */
  readonly tell: (line: string) => void;
}

/** Tells what runs, until it is disposed of. */
export class ProgressReport implements Disposable {
  readonly #options: ProgressOptions;
  /** When the cases that run have begun. */
  readonly #running = new Map<ProgressCase, number>();
  #ended = 0;
  #timer: Timer;

  /** @param options See {@linkcode ProgressOptions}. */
  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#timer = this.#later();
  }

  /** Notes that a case begins. */
  begin(test: ProgressCase): void {
    this.#running.set(test, this.#options.clock.now());
  }

  /** Notes that a case has ended, or was not run at all. */
  end(test: ProgressCase): void {
    this.#running.delete(test);
    this.#ended++;
  }

  /** Tells no more. */
  [Symbol.dispose](): void {
    this.#timer.cancel();
  }

  #later(): Timer {
    return this.#options.clock.after(LINE_MS, () => {
      this.#options.tell(this.#line());
      this.#timer = this.#later();
    });
  }

  #line(): string {
    const now = this.#options.clock.now();
    const running = [...this.#running].map(([{ id, slow }, begunMs]) =>
      `${id} (${Math.round((now - begunMs) / 1000)} s${slow === true ? ", slow" : ""})`
    );
    const more = running.length - MOST_NAMED;
    const named = running.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
    const done = `${this.#ended} of ${this.#options.total} cases done`;
    return named === "" ? done : `${done}; at ${named}`;
  }
}
