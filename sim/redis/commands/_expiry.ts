/**
 * Times of expiry, as commands give them.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import { integerArgument } from "../numbers.ts";
import type { Session } from "../session.ts";

/** The latest time that Redis' 64-bit milliseconds can hold. */
const LATEST_MS = 2 ** 63 - 1;

/**
 * Reads a time that must lie in the future of 1970: the options of `SET` and `GETEX`.
 *
 * @param session Whose clock counts.
 * @param unit `EX`, `PX`, `EXAT` or `PXAT`.
 * @param time The number.
 * @param command Name of the command, for the error.
 * @returns Milliseconds since the Unix epoch.
 * @throws {RedisError} When it is no number or not positive.
 */
export function expiryArgument(
  session: Session,
  unit: Bytes,
  time: Bytes,
  command: string,
): number {
  const value = integerArgument(time);
  const ms = unit.startsWith("P") ? value : value * 1000;
  const atMs = unit.endsWith("AT") ? ms : ms + session.store.nowMs;
  if (value <= 0 || atMs >= LATEST_MS) throw invalidExpiry(command);
  return atMs;
}

/** A time of expiry that cannot be. */
export const invalidExpiry = (command: string): RedisError =>
  new RedisError(`ERR invalid expire time in '${command}' command`);

/** Whether a time is beyond what Redis can hold. */
export const isBeyondTime = (ms: number): boolean => Math.abs(ms) >= LATEST_MS;
