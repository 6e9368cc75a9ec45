/**
 * Checks of what Redis answers, so that an answer of another shape is an error and not a wrong value.
 *
 * @module
 */
import { RedisError, type RedisReply } from "./redis_calls.ts";

/** Makes the error for an answer that has not the expected shape. */
function unexpected(reply: RedisReply | undefined, expected: string, source: string): RedisError {
  const got = JSON.stringify(reply ?? null).slice(0, 120);
  return new RedisError(`Cannot use the answer of ${source}: expected ${expected}, got ${got}`);
}

/**
 * Takes an answer as a list.
 *
 * @param reply The answer.
 * @param source Who answered, for the error: a script's or command's name.
 * @returns Its elements.
 * @throws {RedisError} When it is none.
 */
export function asList(reply: RedisReply | undefined, source: string): readonly RedisReply[] {
  if (!Array.isArray(reply)) throw unexpected(reply, "a list", source);
  return reply;
}

/**
 * Takes an answer as text.
 *
 * @param reply The answer.
 * @param source Who answered, for the error.
 * @returns The text.
 * @throws {RedisError} When it is none.
 */
export function asText(reply: RedisReply | undefined, source: string): string {
  if (typeof reply !== "string") throw unexpected(reply, "text", source);
  return reply;
}

/**
 * Takes an answer as a list of texts.
 *
 * @param reply The answer.
 * @param source Who answered, for the error.
 * @returns The texts.
 * @throws {RedisError} When it is none.
 */
export function asTexts(reply: RedisReply | undefined, source: string): string[] {
  return asList(reply, source).map((element) => asText(element, source));
}

/**
 * Takes an answer as a whole number, written as an integer or as digits.
 *
 * @param reply The answer.
 * @param source Who answered, for the error.
 * @returns The number.
 * @throws {RedisError} When it is none.
 */
export function asInteger(reply: RedisReply | undefined, source: string): number {
  const value = typeof reply === "string" && /^-?\d+$/.test(reply) ? Number(reply) : reply;
  if (!Number.isSafeInteger(value)) throw unexpected(reply, "a whole number", source);
  return Number(value);
}

/**
 * Takes an answer as one of a few words.
 *
 * @param reply The answer.
 * @param source Who answered, for the error.
 * @param words The words.
 * @returns The word.
 * @throws {RedisError} When it is none of them.
 */
export function asWord<Word extends string>(
  reply: RedisReply | undefined,
  source: string,
  words: readonly Word[],
): Word {
  const word = words.find((word) => word === reply);
  if (word === undefined) throw unexpected(reply, `one of ${words.join(", ")}`, source);
  return word;
}
