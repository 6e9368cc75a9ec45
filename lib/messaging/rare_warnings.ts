/**
 * Warnings about what others send: whoever sends a lot of it shall not fill the log.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { tryParseJid } from "../protocol/jid.ts";
import { SenderLimit } from "../secure/sender_limit.ts";

/** Warns of each account once a minute; the rest is for whoever reads at level debug. */
export class RareWarnings {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #limit = new SenderLimit();

  /**
   * Begins with nobody warned of.
   *
   * @param log Where warnings go.
   * @param clock Measures the minute.
   */
  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * Warns.
   *
   * @param from JID of whoever it is about.
   * @param text The warning.
   */
  warn(from: string, text: string): void {
    const isFirst = this.#limit.take(tryParseJid(from)?.bare ?? "", this.#clock.now());
    if (isFirst) this.#log.warning(text);
    else this.#log.debug(text);
  }
}
