/**
 * What a bench is asked for and what it gives back.
 *
 * @module
 */

/** How to measure. */
export interface BenchSettings {
  /** `quick` for a first look: shorter runs, smaller sets. The floors are those of `full`. */
  readonly mode: "quick" | "full";
  /** How often each contender is measured. */
  readonly runs: number;
}

/** What a bench is given. */
export interface BenchContext extends BenchSettings {
  /** Aborted when the user has had enough. */
  readonly signal: AbortSignal;
  /** Says on standard error what is being measured. */
  readonly progress: (text: string) => void;
}

/** One file of `bench/rows`: rows that are measured together. */
export interface Bench {
  /** Name for `--only`. */
  readonly name: string;
  /** What it measures, in half a sentence. */
  readonly about: string;
  /** Measures; runs in a process of its own. */
  readonly measure: (context: BenchContext) => Promise<readonly Row[]>;
}

/** One row of the table: one figure of ours, beside the same figure of its peers. */
export interface Row {
  /** What is measured, such as `broker, 100 connections`. */
  readonly what: string;
  /** Unit of all samples, such as `messages/CPU-s`. */
  readonly unit: string;
  /** Which way is better. */
  readonly better: "more" | "less";
  /** Our samples, one a run. Empty where what measures is missing; the note then says so. */
  readonly ours: readonly number[];
  /** Whom it is held against. Default: nobody. */
  readonly peers?: readonly Peer[];
  /** What ours must reach by itself, in the row's unit: at least, or at most where less is better. */
  readonly floor?: number;
  /** What limits it now, or what else belongs to the figure; stands below the table. */
  readonly note?: string;
}

/** A contender that is not ours. */
export interface Peer {
  /** Its name, and its version where it tells. */
  readonly name: string;
  /** Its samples, in the order of ours: those of one round are compared. Empty where it was not measured. */
  readonly samples: readonly number[];
  /** How many times better than the peer ours must be. Default: no floor. */
  readonly floor?: number;
  /** Why it was not measured, such as `not installed`. */
  readonly skipped?: string;
  /** Where the figure comes from, when it was measured elsewhere. */
  readonly source?: string;
}
