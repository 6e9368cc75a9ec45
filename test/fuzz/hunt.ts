/**
 * Campaigns: many mutants of one target, and the smallest one that shows a defect.
 *
 * @module
 */
import { defectOf, type MutantId, mutantOf, type Target } from "./target.ts";

/** A defect, and how to see it again. */
export interface Finding extends MutantId {
  /** Name of the target. */
  readonly target: string;
  /** What is wrong. */
  readonly defect: string;
  /** A short text that shows a defect; for a hang the mutant as it is. */
  readonly text: string;
}

/** What a campaign tells while it runs. */
export interface HuntOptions {
  /** Seed of the campaign. */
  readonly seed: number;
  /** First mutant. Default: 0. */
  readonly from?: number | undefined;
  /** Number of mutants. */
  readonly mutants: number;
  /** Told before each mutant, so that a hang has a number. */
  readonly onMutant?: ((index: number) => void) | undefined;
}

/** Tries at most to make a mutant shorter. */
const MOST_TRIES = 500;

/**
 * Tries mutants until one shows a defect.
 *
 * @param target What is fuzzed.
 * @param options See {@linkcode HuntOptions}.
 * @returns The defect; `undefined` where there is none.
 */
export function hunt(target: Target, options: HuntOptions): Finding | undefined {
  const { seed, from = 0, mutants, onMutant } = options;
  for (let index = from; index < from + mutants; index++) {
    onMutant?.(index);
    const text = mutantOf(target, { seed, index });
    const defect = defectOf(target, text, seed);
    if (defect === undefined) continue;
    const kind = kindOf(defect);
    const small = minimise(text, (shorter) => kindOf(defectOf(target, shorter, seed)) === kind);
    return { target: target.name, seed, index, defect, text: small };
  }
  return undefined;
}

/** A defect without its details, which change as a text gets shorter. */
function kindOf(defect: string | undefined): string | undefined {
  return defect?.split(":", 1)[0];
}

/**
 * Cuts away what a defect does not need: halves first, then ever smaller parts.
 *
 * @param text A text that shows it.
 * @param shows Whether a shorter one shows it too.
 * @returns A text that shows it, never longer.
 */
export function minimise(text: string, shows: (shorter: string) => boolean): string {
  let left = MOST_TRIES;
  let small = text;
  for (let size = Math.ceil(small.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < small.length && left > 0;) {
      const shorter = small.slice(0, start) + small.slice(start + size);
      left--;
      if (shows(shorter)) small = shorter;
      else start += size;
    }
  }
  return small;
}

/** Longest text that stands in a report in full. */
const LONGEST_SHOWN = 400;

/** Puts a finding into words; its last line is a command that shows it again. */
export function formatFinding({ target, seed, index, defect, text }: Finding): string {
  const shown = JSON.stringify(text.slice(0, LONGEST_SHOWN));
  const rest = text.length > LONGEST_SHOWN ? ` … ${text.length} characters in all` : "";
  return `${target}: ${defect}\n  text: ${shown}${rest}\n` +
    `  again: deno task fuzz --target ${target} --seed ${seed} --index ${index}`;
}
