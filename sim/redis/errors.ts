/**
 * Errors that several commands share, worded as Redis words them.
 *
 * @module
 */

import { RedisError } from "../../lib/jobs/redis_calls.ts";

/** Options that are unknown or do not go together. */
export const syntaxError = (): RedisError => new RedisError("ERR syntax error");

/** A key that must exist. */
export const noSuchKey = (): RedisError => new RedisError("ERR no such key");

/** An index beyond the list. */
export const indexOutOfRange = (): RedisError => new RedisError("ERR index out of range");

/** A command with too few or too many words. */
export const wrongArity = (name: string): RedisError =>
  new RedisError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);

/** A subcommand that does not exist. */
export const unknownSubcommand = (command: string, subcommand: string): RedisError =>
  new RedisError(
    `ERR unknown subcommand or wrong number of arguments for '${subcommand}'. Try ${command} HELP.`,
  );
