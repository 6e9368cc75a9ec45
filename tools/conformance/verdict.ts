/**
 * How a case says that a rule is broken, and the comparisons that say it in plain words.
 *
 * @module
 */

/** The tested side broke the rule; the message says what was expected and what came. */
export class RuleBroken extends Error {
  override readonly name = "RuleBroken";
}

/** The case cannot be run against this target; the message says why. */
export class CaseSkipped extends Error {
  override readonly name = "CaseSkipped";
}

const LONGEST_SHOWN = 160;

/** Shows a value in a message, shortened. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : JSON.stringify(value) ?? "none";
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}… (${text.length})` : text;
}

/**
 * Holds a condition against the tested side.
 *
 * @param condition What must be true.
 * @param message Why the rule is broken where it is not.
 * @throws {RuleBroken}
 */
export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RuleBroken(message);
}

/**
 * Compares two values by their JSON.
 *
 * @param actual What came.
 * @param expected What the rule wants.
 * @param what What is compared, as the beginning of a sentence.
 * @throws {RuleBroken}
 */
export function mustEqual<T>(actual: T, expected: T, what: string): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  throw new RuleBroken(`${what}: expected ${shown(expected)}, got ${shown(actual)}`);
}

/**
 * Matches a text.
 *
 * @param actual The text; `undefined` where it is missing.
 * @param pattern What it must look like.
 * @param what What is looked at, as the beginning of a sentence.
 * @throws {RuleBroken}
 */
export function mustMatch(actual: string | undefined, pattern: RegExp, what: string): void {
  if (actual !== undefined && pattern.test(actual)) return;
  throw new RuleBroken(`${what}: expected ${pattern}, got ${shown(actual)}`);
}
