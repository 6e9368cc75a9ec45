/**
 * Functions of time: other intervals, other times.
 *
 * @module
 */

import { aggregationNamed } from "../aggregations.ts";
import type { Arguments } from "../arguments.ts";
import type { CallContext } from "../render_context.ts";
import { RequestError } from "../request_error.ts";
import { parseOffset } from "../time_expression.ts";
import { isKnown, type TimeSeries } from "../time_series.ts";
import { derived, type FunctionTable } from "./series_function.ts";

function summarize(given: Arguments, context: CallContext): TimeSeries[] {
  const text = given.interval("intervalString");
  const interval = parseOffset(text);
  if (interval < 1) throw new RequestError(`Cannot summarize by ${text}`);
  const method = given.aggregation("func", "sum");
  const alignsToFrom = given.boolean("alignToFrom", false);
  return given.series().map((series) => {
    const start = alignsToFrom ? series.start : series.start - series.start % interval;
    const end = alignsToFrom ? series.end : series.end - series.end % interval + interval;
    const count = Math.ceil((end - start) / interval);
    context.countValues(count);
    const values = Array.from(
      { length: count },
      (_, index) => summaryOf(series, start + index * interval, interval, method),
    );
    const aligned = alignsToFrom ? ", true" : "";
    return derived(series, `summarize(${series.name}, "${text}", "${method}"${aligned})`, {
      start,
      end: start + count * interval,
      step: interval,
      values,
      tags: { ...series.tags, summarize: text, summarizeFunction: method },
    });
  });
}

/** One value of those of a series within an interval. */
function summaryOf(
  { start, step, values, xFilesFactor }: TimeSeries,
  second: number,
  interval: number,
  method: string,
): number | null {
  const first = Math.max(0, Math.ceil((second - start) / step));
  const end = Math.max(0, Math.ceil((second + interval - start) / step));
  const within = values.slice(first, end);
  return isKnown(within, xFilesFactor, interval / step) ? aggregationNamed(method)(within) : null;
}

function timeShift(given: Arguments, context: CallContext): TimeSeries[] {
  const text = given.interval("timeShift");
  // Without a sign, into the past.
  const shift = /^\d/.test(text) ? `-${text}` : text;
  const delta = parseOffset(shift);
  const resetsEnd = given.boolean("resetEnd", true);
  const [present] = given.series();
  if (present === undefined) return [];
  const { start } = present;
  return context.evaluateAt(context.source, context.from + delta, context.until + delta)
    .map((series) => ({
      ...series,
      name: `timeShift(${series.name}, "${shift}")`,
      start,
      end: resetsEnd ? present.end : series.end - series.start + start,
      tags: { ...series.tags, timeShift: shift },
    }));
}

/** Functions of time. */
export const TIME: FunctionTable = {
  summarize: {
    parameters: ["seriesList", "intervalString", "func", "alignToFrom"],
    apply: summarize,
  },
  timeShift: { parameters: ["seriesList", "timeShift", "resetEnd"], apply: timeShift },
};
