/**
 * Looking again until something is so, for what no event tells of.
 *
 * @module
 */

/** Longest wait, and the time between two looks. */
const LIMIT_MS = 60_000;
const LOOK_MS = 20;

/**
 * Asks until the answer is neither `undefined` nor `false`.
 *
 * @param what What is waited for, for the error.
 * @param ask Asked again and again.
 * @param options Longest wait (default: 60,000 ms) and time between two looks (default: 20 ms).
 * @returns The answer.
 * @throws {Error} When there is none in time. What `ask` throws goes through.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { limitMs = LIMIT_MS, lookMs = LOOK_MS }: {
    readonly limitMs?: number | undefined;
    readonly lookMs?: number | undefined;
  } = {},
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
