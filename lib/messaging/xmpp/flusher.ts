/**
 * Gathers what is written to many connections and sends it in one go each.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Something with output to send. */
export interface Flushable {
  /** Sends all output gathered so far. */
  flush(): void;
}

/**
 * Flushes each connection once after all sockets that were ready have been read: one system call for
 * many stanzas is what makes a server fast, and a client with many sessions.
 */
export class Flusher {
  #waiting: Flushable[] = [];
  #flushing: Flushable[] = [];
  readonly #run = () => {
    const ready = this.#waiting;
    this.#waiting = this.#flushing;
    this.#flushing = ready;
    for (const flushable of ready) flushable.flush();
    ready.length = 0;
  };

  /** Flushes `flushable` soon; it asks once and again only after it was flushed. */
  add(flushable: Flushable): void {
    if (this.#waiting.push(flushable) === 1) setImmediate(this.#run);
  }
}
