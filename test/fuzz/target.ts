/**
 * What is fuzzed, and how one mutant is judged.
 *
 * @module
 */
import { type Random, seededRandom } from "../../lib/random.ts";
import { mutate } from "./mutate.ts";
import { weigh } from "./weigh.ts";

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- only compared; its arguments are its own affair
export type ErrorClass = abstract new (...args: any[]) => Error;

/** A reader of texts from outside. */
export interface Target {
  /** Name on the command line. */
  readonly name: string;
  /** Good texts, which are damaged. */
  readonly corpus: readonly string[];
  /** Errors that refuse a text as its callers expect it. None: every text is to be taken. */
  readonly refusals: readonly ErrorClass[];
  /** Longest result, as a multiple of the text's length. Default: 40. */
  readonly growth?: number | undefined;
  /** Longest message of a refusal in characters. Default: 1000. */
  readonly longestMessage?: number | undefined;
  /**
   * Reads a text, and checks what must hold of what was read.
   *
   * @param text A mutant.
   * @param random Chance of the target's own, such as where a stream is cut.
   * @returns What is kept of the text in memory.
   */
  run(text: string, random: Random): unknown;
}

/** Which mutant of which campaign. */
export interface MutantId {
  /** Seed of the campaign. */
  readonly seed: number;
  /** Number of the mutant in it, from 0. */
  readonly index: number;
}

const DEFAULT_GROWTH = 40;
/** What a result may weigh in characters, however short the text is. */
const LEAST_ALLOWANCE = 4096;
/** What a message of an error may have: it goes to a log, or back to the sender. */
const LONGEST_MESSAGE = 1000;

/** FNV-1a: neighbouring mutants shall have nothing in common. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Makes a mutant: the same one for the same target, seed and index. */
export function mutantOf({ name, corpus }: Target, { seed, index }: MutantId): string {
  return mutate(corpus, seededRandom(hashOf(`${name} ${seed} ${index}`)));
}

/**
 * Tries one text.
 *
 * @param target The reader.
 * @param text The text.
 * @param seed Seed of the target's own chance.
 * @returns What is wrong; `undefined` where the text was read or refused as it should be.
 */
export function defectOf(target: Target, text: string, seed: number): string | undefined {
  let result: unknown;
  try {
    result = target.run(text, seededRandom(seed));
  } catch (error) {
    return defectOfError(target, error);
  }
  const allowance = LEAST_ALLOWANCE + (target.growth ?? DEFAULT_GROWTH) * text.length;
  const isTooLarge = weigh(result, allowance) > allowance;
  return isTooLarge ? `the result has more than ${allowance} characters` : undefined;
}

function defectOfError(
  { refusals, longestMessage = LONGEST_MESSAGE }: Target,
  error: unknown,
): string | undefined {
  if (!(error instanceof Error)) return `threw ${typeof error}, which is no error`;
  // The engine's own RangeError is no refusal, even where ours is one.
  const isExhausted = /call stack|array length|string length|buffer size/i.test(error.message);
  const isRefusal = !isExhausted && refusals.some((refusal) => error.constructor === refusal);
  if (!isRefusal) return `threw ${error.name}: ${error.message.slice(0, 300)}`;
  if (error.message.length > longestMessage) {
    return `threw ${error.name} with a message of ${error.message.length} characters`;
  }
  return undefined;
}
