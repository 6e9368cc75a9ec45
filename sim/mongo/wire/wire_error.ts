/**
 * Bytes that are no message.
 *
 * @module
 */

/** The bytes break the wire protocol; nothing after them can be trusted, so the connection ends. */
export class WireError extends Error {
  override readonly name = "WireError";
}
