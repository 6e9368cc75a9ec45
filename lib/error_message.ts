/**
 * What errors say: anything may be thrown.
 *
 * @module
 */

/**
 * The message of an error.
 *
 * @param error What was thrown.
 * @returns Its message; where it is no error, itself as text.
 */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
