/**
 * Getting a ticket from the key manager and keeping it valid: asked for until it comes, and again before
 * it expires. The original asks once in the life of an agent.
 *
 * @module
 */
import type { Clock, Timer } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { RsaPublicKey } from "../secure/rsa_key.ts";
import { readTicket } from "../secure/ticket.ts";

/** Options of {@linkcode TicketRequests}. */
export interface TicketRequestsOptions {
  /** Sends a request. */
  readonly ask: () => void;
  /** Told when there is a ticket. */
  readonly onTicket: () => void;
  /** Key of the key manager. */
  readonly keyManager: RsaPublicKey;
  /** Measures waits and the ticket's life. */
  readonly clock: Clock;
  /** Told of each ticket. */
  readonly log: Logger;
}

/** Wait before the second request in milliseconds, doubled before each next one. */
const FIRST_WAIT_MS = 20_000;
/** Longest wait between requests in milliseconds. */
const LONGEST_WAIT_MS = 300_000;
/** Part of its validity after which a ticket is renewed. */
const RENEW_AFTER = 0.75;

/** The ticket of one component. */
export class TicketRequests {
  readonly #options: TicketRequestsOptions;
  #ticket: string | undefined;
  #renewAtMs = 0;
  #expiresAtMs = 0;
  #waitMs = FIRST_WAIT_MS;
  #timer: Timer | undefined;

  /**
   * Asks nobody before {@linkcode start}.
   *
   * @param options See {@linkcode TicketRequestsOptions}.
   */
  constructor(options: TicketRequestsOptions) {
    this.#options = options;
  }

  /** The ticket; `undefined` before the first one has come, and after it expires while none comes. */
  get ticket(): string | undefined {
    return this.#options.clock.now() < this.#expiresAtMs ? this.#ticket : undefined;
  }

  /** The link is up: asks now, or when the ticket must be renewed. */
  start(): void {
    this.#waitMs = FIRST_WAIT_MS;
    this.#askIn(this.#renewAtMs - this.#options.clock.now());
  }

  /** The link is down: asks no more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /**
   * A ticket came.
   *
   * @param text The ticket.
   * @throws {SecurityError} `bad-ticket`: the key manager has not signed it.
   */
  store(text: string): void {
    const { keyManager, clock, log, onTicket } = this.#options;
    const { validFrom, validTo } = readTicket(text, keyManager);
    this.#ticket = text;
    // Its length is what counts: the key manager's clock need not be ours.
    const validMs = Math.max(0, validTo - validFrom) * 1000;
    this.#expiresAtMs = clock.now() + validMs;
    this.#renewAtMs = clock.now() + Math.max(FIRST_WAIT_MS, validMs * RENEW_AFTER);
    log.info(`Got a ticket that is valid for ${validMs / 1000} s`);
    this.start();
    onTicket();
  }

  #askIn(delayMs: number): void {
    this.stop();
    if (delayMs > 0) {
      this.#timer = this.#options.clock.after(delayMs, () => this.#askIn(0));
      return;
    }
    const waitMs = this.#waitMs;
    this.#waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    this.#timer = this.#options.clock.after(waitMs, () => this.#askIn(0));
    this.#options.ask();
  }
}
