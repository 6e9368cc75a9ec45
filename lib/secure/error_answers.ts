/**
 * How a refused message is answered: in the original's words, but seldom. The original answers every
 * message, an error and a message that came back among them, and two of its components can keep
 * answering each other forever.
 *
 * @module
 */
import type { Info } from "../protocol/info.ts";
import type { SecurityError } from "./security_error.ts";

/** An answer to a message that was refused. */
export interface ErrorAnswer {
  /** What is said. */
  readonly info: Info;
  /**
   * True where the session key is known and the answer is encrypted with it: the message was opened, and
   * its ticket refused.
   */
  readonly encrypted: boolean;
}

/**
 * Writes the answer that the original would give.
 *
 * @param error Why the message was refused.
 * @returns `error` to a refused ticket, `security_error` to all else.
 */
export function errorAnswer(error: SecurityError): ErrorAnswer {
  const encrypted = error.code === "bad-ticket" || error.code.startsWith("ticket-");
  const command = encrypted ? "error" : "security_error";
  return { info: { attributes: { command, errorString: error.message }, children: {} }, encrypted };
}

/** Options of {@linkcode ErrorAnswers}. */
export interface ErrorAnswersOptions {
  /** Time in milliseconds between two answers to the same sender. Default: 60,000. */
  readonly pauseMs?: number | undefined;
  /** Senders that are remembered at most; while there are more, none of them is answered. Default: 10,000. */
  readonly senderLimit?: number | undefined;
}

/** Says when an error may be answered. */
export class ErrorAnswers {
  readonly #pauseMs: number;
  readonly #senderLimit: number;
  /** Time of the last answer by sender, the oldest first. */
  readonly #answeredMs = new Map<string, number>();

  /**
   * Begins with nobody answered yet.
   *
   * @param options See {@linkcode ErrorAnswersOptions}.
   */
  constructor(options: ErrorAnswersOptions = {}) {
    this.#pauseMs = options.pauseMs ?? 60_000;
    this.#senderLimit = options.senderLimit ?? 10_000;
  }

  /**
   * Asks for leave to answer, which counts as an answer where it is given.
   *
   * @param sender The account that is to be answered: its sessions count as one.
   * @param nowMs Current time in milliseconds.
   * @returns True where it may be answered now.
   */
  take(sender: string, nowMs: number): boolean {
    for (const [oldest, answeredMs] of this.#answeredMs) {
      if (nowMs - answeredMs < this.#pauseMs) break;
      this.#answeredMs.delete(oldest);
    }
    if (this.#answeredMs.has(sender) || this.#answeredMs.size >= this.#senderLimit) return false;
    this.#answeredMs.set(sender, nowMs);
    return true;
  }
}
