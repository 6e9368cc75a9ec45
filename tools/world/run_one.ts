/**
 * One seed: its world, perhaps twice, and what it takes to break what it broke.
 *
 * @module
 */
import {
  commandLine,
  recordWorld,
  runWorld,
  shrinkFaults,
  type Violation,
  type WorldOptions,
  type WorldResult,
} from "../../sim/world/mod.ts";

/** What is to be done with a seed. */
export interface SeedTask {
  readonly world: WorldOptions;
  /** True: it is run twice. */
  readonly twice: boolean;
  /** Worlds run at most to shrink the faults. */
  readonly shrinkRuns: number;
}

/** A violation, made small. */
export interface Failure {
  readonly seed: number;
  readonly violation: Violation;
  /** The line that shows it again. */
  readonly command: string;
  /** The fewest faults that break it. */
  readonly faults: readonly string[];
  /** What was said in the world with these faults alone. */
  readonly trace: string;
}

/** What came of a seed. */
export interface SeedResult {
  readonly result: Omit<WorldResult, "struck">;
  readonly failure: Failure | undefined;
}

/**
 * Runs a seed.
 *
 * @param task See {@linkcode SeedTask}.
 * @returns What came of it.
 */
export async function runSeed({ world, twice, shrinkRuns }: SeedTask): Promise<SeedResult> {
  const { struck, ...first } = await runWorld(world);
  const second = twice ? await runWorld(world) : undefined;
  const result = second === undefined || second.eventHash === first.eventHash
    ? first
    : { ...first, violations: [...first.violations, unequal(first, second)] };
  const [violation] = result.violations;
  if (violation === undefined) return { result, failure: undefined };
  const faults = shrinkRuns === 0
    ? struck
    : await shrinkFaults(world, violation.invariant, struck, { mostRuns: shrinkRuns });
  const small = { ...world, only: faults };
  const failure = {
    seed: first.seed,
    violation,
    command: commandLine(small),
    faults,
    trace: await recordWorld(small),
  };
  return { result, failure };
}

function unequal(first: Omit<WorldResult, "struck">, second: WorldResult): Violation {
  const detail = `Two runs of one seed differ: ${first.eventHash} and ${second.eventHash}`;
  return { invariant: "determinism", detail, atMs: 0 };
}
