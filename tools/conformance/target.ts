/**
 * Where cases are run: on the embedded site, or against peers on a real server.
 *
 * @module
 */
import type { ConformanceCase, Side } from "./case.ts";
import type { Transcript } from "./transcript.ts";

/** Cases of one lane share a limit on how many run at once. */
export interface Lane {
  readonly name: string;
  readonly limit: number;
}

/** Makes a case's transcript on the clock of its stage. */
export type TranscriptMaker = (now: () => number) => Transcript;

/** What a target is. */
export interface Target extends AsyncDisposable {
  /** What is tested, for people, such as `ours on the embedded site`. */
  readonly title: string;
  /** Implementation, as far as is known: `ours`, `perl` or `other`. */
  readonly implementation: string;
  /** Sides that it has; cases against others are not run and not counted. */
  readonly sides: ReadonlySet<Side>;
  /** Why a case cannot be run here; `undefined` where it can. */
  skipReason(test: ConformanceCase): string | undefined;
  /** The lane of a case. */
  lane(test: ConformanceCase): Lane;
  /**
   * Makes a stage, runs the case on it and clears it away.
   *
   * @throws {RuleBroken} When the tested side breaks the rule.
   * @throws {CaseSkipped} When it turns out that the case cannot be run here.
   */
  run(test: ConformanceCase, makeTranscript: TranscriptMaker): Promise<void>;
  /** Redis keys and directories that could not be removed so far, or not yet: those of running cases. */
  leftovers(): readonly string[];
}
