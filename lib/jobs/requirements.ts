/**
 * What jobs of the generic manager require of machines: ClassAd expressions, as those of a JDL's
 * `Requirements`.
 *
 * @module
 */
import {
  ClassAd,
  meetsRequirements,
  parseClassAd,
  parseExpression,
  unmetClauses,
} from "../grid/classad/mod.ts";
import type { Machine } from "./job_store.ts";

/** Longest requirements, in characters. */
const LONGEST = 10_000;

/**
 * Checks what a submitter requires.
 *
 * @param text The expression; empty: nothing.
 * @returns The same.
 * @throws {RangeError} When it is too long, or no expression.
 */
export function checkRequirements(text: string): string {
  if (text === "") return text;
  if (text.length > LONGEST) {
    throw new RangeError(`Cannot require ${text.length} characters: at most ${LONGEST}`);
  }
  try {
    parseExpression(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RangeError(`Cannot require ${JSON.stringify(text)}: ${error.message}`, {
      cause: error,
    });
  }
  return text;
}

/** A job as an ad. */
function jobAd(requirements: string): ClassAd {
  const ad = new ClassAd();
  ad.set("Type", parseExpression('"Job"'));
  ad.set("Requirements", parseExpression(requirements));
  return ad;
}

/** A machine as an ad; one that says nothing readable has nothing. */
function readMachine(jdl: string): ClassAd {
  try {
    return parseClassAd(jdl);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new ClassAd();
  }
}

/**
 * Makes the machine of a lease request.
 *
 * @param jdl The machine's description, as its agent sent it.
 */
export function machineOf(jdl: string): Machine {
  let ad: ClassAd | undefined;
  return {
    jdl,
    meets: (requirements) => meetsRequirements(jobAd(requirements), ad ??= readMachine(jdl)),
  };
}

/** How machines stand to what a job requires. */
export interface Fit {
  /** Number of machines. */
  readonly machines: number;
  /** How many of them have all that is required. */
  readonly suiting: number;
  /** Parts of the requirements that some do not meet, the least met first. */
  readonly unmet: readonly { readonly clause: string; readonly by: number }[];
}

/**
 * Counts what machines lack.
 *
 * @param requirements What a job requires.
 * @param jdls Descriptions of machines.
 */
export function fitOf(requirements: string, jdls: readonly string[]): Fit {
  const job = jobAd(requirements);
  const missing = new Map<string, number>();
  let suiting = 0;
  for (const jdl of jdls) {
    const clauses = new Set(unmetClauses(job, readMachine(jdl)).map(({ clause }) => clause));
    if (clauses.size === 0) suiting++;
    for (const clause of clauses) missing.set(clause, (missing.get(clause) ?? 0) + 1);
  }
  const unmet = [...missing].map(([clause, by]) => ({ clause, by }));
  return { machines: jdls.length, suiting, unmet: unmet.sort((one, other) => other.by - one.by) };
}
