/**
 * Preparation of user names and passwords for SASL (RFC 4013): what looks the same becomes the same.
 *
 * @module
 */

/** RFC 3454, C.1.2: spaces other than that of ASCII. */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;
/** RFC 3454, B.1: characters that are mapped to nothing. */
const NOTHING = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/g;
/** RFC 3454, C.2 to C.9: control, private use, non-character, surrogate, display and tagging codes. */
const FORBIDDEN =
  // deno-lint-ignore no-control-regex -- control characters are exactly what must be refused
  /[\u0000-\u001f\u007f-\u009f\u0340\u0341\u06dd\u070f\u180e\u200e\u200f\u2028-\u202e\u2061-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufff9-\uffff\ufdd0-\ufdef\p{Co}\p{Cs}\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;

/**
 * Prepares a user name or password.
 *
 * @param text The text as typed.
 * @returns The prepared text.
 * @throws {SyntaxError} When it holds a character that is forbidden; the text is not repeated, since
 * it may be a password.
 */
export function saslPrep(text: string): string {
  const prepared = text.replace(SPACES, " ").replace(NOTHING, "").normalize("NFKC");
  if (FORBIDDEN.test(prepared)) {
    throw new SyntaxError("Cannot prepare user name or password: forbidden character");
  }
  return prepared;
}
