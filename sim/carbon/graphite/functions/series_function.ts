/**
 * A function of targets.
 *
 * @module
 */

import type { Arguments } from "../arguments.ts";
import type { CallContext } from "../render_context.ts";
import type { TimeSeries } from "../time_series.ts";

/** A function, with the names and semantics that it has in Graphite. */
export interface SeriesFunction {
  /** Names of its parameters; three dots before the last one: as many as are given. */
  readonly parameters: readonly string[];
  /** Makes series. */
  readonly apply: (given: Arguments, context: CallContext) => readonly TimeSeries[];
}

/** Functions by name. */
export type FunctionTable = Readonly<Record<string, SeriesFunction>>;

/**
 * A series with other values: named after the call that made them.
 *
 * @param series The series before.
 * @param name The call.
 * @param changes What else differs.
 */
export function derived(
  series: TimeSeries,
  name: string,
  changes: Partial<TimeSeries>,
): TimeSeries {
  return { ...series, name, pathExpression: name, ...changes };
}
