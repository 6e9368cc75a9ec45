/**
 * Arguments of `SCAN` and its kin.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import { syntaxError } from "../errors.ts";
import { integerArgument } from "../numbers.ts";

/** What a step of a scan is asked for. */
export interface ScanArguments {
  /** Cursor of the step before. */
  readonly cursor: string;
  /** Elements wanted. Default: 10. */
  readonly count: number;
  /** Pattern of the elements wanted. Default: all. */
  readonly pattern: Bytes;
  /** Type of the values wanted; `null` is any. */
  readonly type: string | null;
}

/**
 * Reads the arguments of a scan.
 *
 * @param args The words of the command.
 * @param at Index of the cursor.
 * @param takesType Whether `TYPE` is allowed.
 * @returns The arguments.
 * @throws {RedisError} When they are malformed.
 */
export function scanArguments(
  args: readonly Bytes[],
  at: number,
  takesType = false,
): ScanArguments {
  const cursor = args[at] ?? "";
  if (!/^[0-9]{1,20}$/.test(cursor)) throw new RedisError("ERR invalid cursor");
  let [count, pattern, type]: [number, Bytes, string | null] = [10, "*", null];
  for (let index = at + 1; index < args.length; index += 2) {
    const [option, value] = [args[index]?.toUpperCase(), args[index + 1]];
    if (value === undefined) throw syntaxError();
    if (option === "COUNT") {
      count = integerArgument(value);
      if (count < 1) throw syntaxError();
    } else if (option === "MATCH") pattern = value;
    else if (option === "TYPE" && takesType) type = value.toLowerCase();
    else throw syntaxError();
  }
  return { cursor, count, pattern, type };
}
