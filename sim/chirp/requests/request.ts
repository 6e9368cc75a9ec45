/**
 * What a request is: the kinds of its words and what to do. The words are read and checked here, once,
 * so that a request's code begins with values.
 *
 * @module
 */

import { decodePathWord, foldPath } from "../../../lib/chirp/wire.ts";
import { invalid } from "../failure.ts";
import type { Session } from "../session.ts";

/** What a word of each kind is turned into. */
interface WordValues {
  /** A path, decoded and folded. */
  readonly path: string;
  /** A number; beyond 2^53 it saturates there. */
  readonly number: number;
  /** The word as it came, one character a byte. */
  readonly word: string;
}

/** Kind of a word. */
type WordKind = keyof WordValues;

/** The values of a request's words. */
type ValuesOf<Kinds extends readonly WordKind[]> = {
  [Index in keyof Kinds]: WordValues[Kinds[Index]];
};

/** An answer that is one number, or nothing where the request has written its answer itself. */
export type Answer = number | void;

/** A request: takes its words, does its work, gives its answer; it throws what the answer is to tell. */
export type Request = (session: Session, words: readonly string[]) => Answer | Promise<Answer>;

/** A family of requests by name. */
export type RequestTable = Readonly<Record<string, Request>>;

/** The success that has nothing more to say. */
export const DONE = 0;

/**
 * Defines a request.
 *
 * @example
 * ```ts
 * import { DONE, request } from "./request.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const close = request(["number"], (session, descriptor) => {
 *   session.close(descriptor);
 *   return DONE;
 * });
 * assertEquals(typeof close, "function");
 * ```
 *
 * @param kinds Kinds of the words behind the name; more words than these are ignored.
 * @param handle What to do with their values.
 * @returns The request; it throws a {@linkcode ChirpFailure} (-8) when a word is missing or bad.
 */
export function request<const Kinds extends readonly WordKind[]>(
  kinds: Kinds,
  handle: (session: Session, ...values: ValuesOf<Kinds>) => Answer | Promise<Answer>,
): Request {
  return (session, words) => {
    const values = kinds.map((kind, index) =>
      valueOf(words[index], kind, index === kinds.length - 1)
    );
    // The map above makes exactly the values that the kinds stand for; the compiler cannot follow it.
    return handle(session, ...values as unknown as ValuesOf<Kinds>);
  };
}

/** Reads one word. The last number of a request may be followed by anything, as in `5abc`. */
function valueOf(word: string | undefined, kind: WordKind, last: boolean): string | number {
  if (word === undefined) throw invalid("a word is missing");
  switch (kind) {
    case "word":
      return word;
    case "path":
      return foldPath(decodeWord(word));
    case "number": {
      const digits = (last ? /^[+-]?\d+/ : /^[+-]?\d+$/).exec(word)?.[0];
      if (digits === undefined) throw invalid(`${word} is no number`);
      const number = Number(digits);
      return Math.max(Math.min(number, Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER);
    }
  }
}

/**
 * Answers with counted bytes: their number, a line feed, and the bytes.
 *
 * @param session The connection.
 * @param bytes The bytes.
 */
export function answerBytes(session: Session, bytes: Uint8Array): void {
  session.writer.line(bytes.length);
  session.writer.bytes(bytes);
}

/**
 * Decodes a word in the manner of paths.
 *
 * @param word The word as it came.
 * @returns The text.
 * @throws {ChirpFailure} -8 for a bad escape or a NUL.
 */
export function decodeWord(word: string): string {
  try {
    return decodePathWord(word);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : word);
  }
}
