/**
 * What the evaluation of targets has at hand, and its bounds.
 *
 * @module
 */

import type { Expression } from "./target_parser.ts";
import type { TimeSeries } from "./time_series.ts";

/** What holds for a request. */
export interface RenderContext {
  /** Seconds between which series are read. */
  readonly from: number;
  readonly until: number;
  /** Share of values that must be known where some become one. */
  readonly xFilesFactor: number;
  /** Sums of `stacked`, by the stack's name; shared by all targets of a request. */
  readonly stacks: Map<string, number[]>;
  /** Reads the series of a pattern. */
  fetch(pattern: string, from: number, until: number): TimeSeries[];
  /** Counts a call of a function; throws where there are too many. */
  countCall(): void;
  /** Counts values about to be made; throws where there are too many. */
  countValues(count: number): void;
}

/** What a function has at hand besides its arguments. */
export interface CallContext extends RenderContext {
  /** The first argument as written, for functions that read it at another time. */
  readonly source: Expression;
  /** Evaluates an expression between other seconds. */
  evaluateAt(expression: Expression, from: number, until: number): readonly TimeSeries[];
}
