/**
 * How a refused message is answered: in the original's words.
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
