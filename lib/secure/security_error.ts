/**
 * What can be wrong with a key, a ticket or a protected message.
 *
 * @module
 */

/**
 * Kinds of {@linkcode SecurityError}:
 * - `bad-key`: a key, or the file that holds it, cannot be used;
 * - `unknown-peer`: there is no key for that component;
 * - `bad-session-key`: the session key of a message cannot be opened;
 * - `bad-message`: a message cannot be opened: damaged, forged, for somebody else, or badly formed;
 * - `too-large`: a message or a file is larger than what is accepted;
 * - `bad-ticket`: a ticket is not signed by the key manager, or badly formed;
 * - `ticket-for-another-component`: it does not open this component;
 * - `ticket-of-another-holder`: it was given to somebody else;
 * - `ticket-not-yet-valid`, `ticket-expired`: it does not hold now;
 * - `replayed`: a sealed message came before;
 * - `stale`: a sealed message is too old, or a clock is wrong;
 * - `no-session`: there is no session in which a sealed answer could be given.
 */
export type SecurityErrorCode =
  | "bad-key"
  | "unknown-peer"
  | "bad-session-key"
  | "bad-message"
  | "too-large"
  | "bad-ticket"
  | "ticket-for-another-component"
  | "ticket-of-another-holder"
  | "ticket-not-yet-valid"
  | "ticket-expired"
  | "replayed"
  | "stale"
  | "no-session";

/**
 * What is said of each kind; where the original has words for it, they are the original's, which it
 * sends as `errorString`. All ways in which a message cannot be opened are told in the same words: the
 * difference would be an oracle.
 */
const WORDS: Readonly<Record<SecurityErrorCode, string>> = {
  "bad-key": "Cannot use the key",
  "unknown-peer": "Cannot find a key for the component",
  "bad-session-key": "Could not decrypt the session key",
  "bad-message": "Could not decrypt the message",
  "too-large": "The message is too large",
  "bad-ticket": "Failed to verify ticket signature",
  "ticket-for-another-component": "The ticket is not valid for this component",
  "ticket-of-another-holder": "The ticket was given to another component",
  "ticket-not-yet-valid": "The ticket is not yet valid",
  "ticket-expired": "The ticket has expired",
  "replayed": "The message came before",
  "stale": "The message is too old, or a clock is wrong",
  "no-session": "Cannot answer: no session is open",
};

/**
 * A key, ticket or protected message was refused. The message holds no secret and no reason beyond the
 * code, and there is no cause: it may be sent to whoever caused it.
 */
export class SecurityError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "SecurityError";

  /**
   * Puts the code into words that may leave the machine.
   *
   * @param code What kind of error.
   * @param detail More about what was refused, for callers that know it to be harmless: a line number,
   * a JID, a time.
   */
  constructor(readonly code: SecurityErrorCode, detail?: string) {
    super(detail === undefined ? WORDS[code] : `${WORDS[code]}${detail}`);
  }
}
