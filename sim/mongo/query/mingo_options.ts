/**
 * How mingo is used.
 *
 * @module
 */

/** What mingo may do with a client's words: never run a script in them. */
export const MINGO = { scriptEnabled: false, useStrictMode: true } as const;
