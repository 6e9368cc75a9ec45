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
  /** Time in milliseconds for which answers to the same sender are counted. Default: 60,000. */
  readonly pauseMs?: number | undefined;
  /** Answers to the same sender in that time at most. Default: 1. */
  readonly burst?: number | undefined;
  /** Senders that are remembered at most; while there are more, none of them is answered. Default: 10,000. */
  readonly senderLimit?: number | undefined;
}

/** What is known of a sender. */
interface Answered {
  /** Time of the first answer that counts. */
  readonly sinceMs: number;
  count: number;
}

/** Says when an error may be answered. */
export class ErrorAnswers {
  readonly #pauseMs: number;
  readonly #burst: number;
  readonly #senderLimit: number;
  /** By sender, the oldest first. */
  readonly #answered = new Map<string, Answered>();

  /**
   * Begins with nobody answered yet.
   *
   * @param options See {@linkcode ErrorAnswersOptions}.
   */
  constructor(options: ErrorAnswersOptions = {}) {
    this.#pauseMs = options.pauseMs ?? 60_000;
    this.#burst = options.burst ?? 1;
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
    for (const [oldest, { sinceMs }] of this.#answered) {
      if (nowMs - sinceMs < this.#pauseMs) break;
      this.#answered.delete(oldest);
    }
    const known = this.#answered.get(sender);
    if (known !== undefined) return ++known.count <= this.#burst;
    if (this.#answered.size >= this.#senderLimit) return false;
    this.#answered.set(sender, { sinceMs: nowMs, count: 1 });
    return true;
  }
}
