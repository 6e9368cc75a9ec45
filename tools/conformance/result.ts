/**
 * What came of cases.
 *
 * @module
 */
import type { Level, Side } from "./case.ts";
import type { TranscriptLine } from "./transcript.ts";

/**
 * - `passed`, `failed`: the rule is kept or broken;
 * - `known`: broken in the way in which the implementation is known to differ;
 * - `skipped`: not run, the message says why.
 */
export type Status = "passed" | "failed" | "known" | "skipped";

/** What came of one case. */
export interface CaseResult {
  readonly id: string;
  readonly against: Side;
  readonly level: Level;
  readonly status: Status;
  /** Why it failed or was skipped; empty where it passed. */
  readonly message: string;
  readonly rule: string;
  readonly source: string;
  /** How long it took by the clock on the wall. */
  readonly durationMs: number;
  readonly stanzas: readonly TranscriptLine[];
}

/** What came of a run; the object that `--json` prints. */
export interface RunResult {
  /** What was tested. */
  readonly implementation: string;
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  readonly known: number;
  readonly skipped: number;
  /** Wall time in seconds. */
  readonly seconds: number;
  /** Redis keys and directories that could not be removed. */
  readonly leftovers: readonly string[];
  readonly results: readonly CaseResult[];
}

/** Counts results. */
export function summarize(
  implementation: string,
  results: readonly CaseResult[],
  seconds: number,
  leftovers: readonly string[],
): RunResult {
  const count = (status: Status) => results.filter((result) => result.status === status).length;
  return {
    implementation,
    cases: results.length,
    passed: count("passed"),
    failed: count("failed"),
    known: count("known"),
    skipped: count("skipped"),
    seconds,
    leftovers,
    results,
  };
}

/** True where a run counts as failed: a broken MUST, with `strict` a broken SHOULD, too. */
export function isFailure({ status, level }: CaseResult, strict: boolean): boolean {
  return status === "failed" && (strict || level === "MUST");
}
