/**
 * What is wrong with a request.
 *
 * @module
 */

/** A request that cannot be answered; the message is for whoever sent it. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}
