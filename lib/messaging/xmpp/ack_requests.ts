/**
 * When to ask the other side what it has handled (XEP-0198, 4): after so many stanzas, or a while after
 * the first. To ask after each would cost as much as the stanzas themselves.
 *
 * @module
 */
import type { Clock, Timer } from "../../clock.ts";

/** Options of {@linkcode AckRequests}. */
export interface AckRequestsOptions {
  /** Stanzas after which to ask. Default: 100. */
  readonly everyStanzas?: number | undefined;
  /** Longest time from a stanza to the question, in milliseconds. Default: 5000. */
  readonly delayMs?: number | undefined;
  /** The clock to wait on. */
  readonly clock: Clock;
  /** Sends `<r/>`. */
  request(): void;
}

/** The questions on one connection, one at a time. It runs until {@linkcode stop}. */
export class AckRequests {
  readonly #options: AckRequestsOptions;
  readonly #everyStanzas: number;
  readonly #delayMs: number;
  /** Stanzas since the last question. */
  #sent = 0;
  #asked = false;
  #stopped = false;
  #timer: Timer | undefined;

  /**
   * Begins without a question.
   *
   * @param options How often, and how to ask.
   */
  constructor(options: AckRequestsOptions) {
    this.#options = options;
    this.#everyStanzas = options.everyStanzas ?? 100;
    this.#delayMs = options.delayMs ?? 5000;
  }

  /** A stanza went out. */
  sent(): void {
    this.#sent++;
    this.#consider();
  }

  /** An answer came; an unasked one does no harm. */
  answered(): void {
    this.#asked = false;
    this.#consider();
  }

  /** Asks at once, unless an answer is on its way. */
  ask(): void {
    if (this.#asked || this.#stopped) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#asked = true;
    this.#sent = 0;
    this.#options.request();
  }

  /** Ends the questions. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #consider(): void {
    if (this.#asked || this.#stopped || this.#sent === 0) return;
    if (this.#sent >= this.#everyStanzas) return this.ask();
    this.#timer ??= this.#options.clock.after(this.#delayMs, () => this.ask());
  }
}
