/**
 * Accounts of the clients that make load.
 *
 * @module
 */

/** Name of the account of a client. */
export function accountName(number: number): string {
  return `load-${number}`;
}

/** Password of all of them. */
export const PASSWORD = "the-password";
