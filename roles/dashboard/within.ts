/**
 * Waiting for something, but not for long.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";

/**
 * Waits until an action has ended or the time is over, whichever is first. The action goes on.
 *
 * @param clock Tells the time.
 * @param limitMs Longest wait in milliseconds.
 * @param action What is waited for.
 * @throws What the action throws in time.
 */
export async function within(
  clock: Clock,
  limitMs: number,
  action: Promise<unknown>,
): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(limitMs, resolve);
  try {
    await Promise.race([action, over]);
  } finally {
    timer.cancel();
  }
}
