/**
 * What a query says, checked.
 *
 * @module
 */
import { QuestionError } from "../sources/source.ts";

/**
 * Reads a whole number.
 *
 * @param url The address.
 * @param name Name in its query.
 * @param bounds Least and greatest value, and the one that holds where there is none.
 * @returns The number.
 * @throws {QuestionError} When it is none, or out of bounds.
 */
export function integerOf(
  url: URL,
  name: string,
  bounds: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  const text = url.searchParams.get(name);
  if (text === null || text === "") return bounds.fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw new QuestionError(`Expected ${name} from ${bounds.min} to ${bounds.max}`);
}

/**
 * Reads one of a few words.
 *
 * @param url The address.
 * @param name Name in its query.
 * @param words The words.
 * @returns The word; undefined where there is none.
 * @throws {QuestionError} When it is another.
 */
export function wordOf<W extends string>(
  url: URL,
  name: string,
  words: readonly W[],
): W | undefined {
  const text = url.searchParams.get(name);
  if (text === null || text === "") return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw new QuestionError(`Expected ${name} to be one of ${words.join(", ")}`);
}

/**
 * Reads a text of bounded length.
 *
 * @param url The address.
 * @param name Name in its query.
 * @returns The text without blanks around it; empty where there is none.
 * @throws {QuestionError} When it is too long.
 */
export function textOf(url: URL, name: string): string {
  const text = (url.searchParams.get(name) ?? "").trim();
  if (text.length <= 200) return text;
  throw new QuestionError(`Expected ${name} of at most 200 characters`);
}
