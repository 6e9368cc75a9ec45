/**
 * What the compiler leaves to the interpreter.
 *
 * @module
 */

/** A script uses something that is not compiled, or is no valid script. */
export class Unsupported extends Error {
  override readonly name = "Unsupported";

  /** @param what What it uses. */
  constructor(what: string) {
    super(`Cannot compile ${what}`);
  }
}
