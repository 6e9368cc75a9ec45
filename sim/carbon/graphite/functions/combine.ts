/**
 * Functions that make one series of several, or relate them to each other.
 *
 * @module
 */

import { aggregationNamed } from "../aggregations.ts";
import type { Arguments } from "../arguments.ts";
import type { RenderContext } from "../render_context.ts";
import { RequestError } from "../request_error.ts";
import { isKnown, normalize, type TimeSeries } from "../time_series.ts";
import { nodesOf } from "./names.ts";
import type { FunctionTable, SeriesFunction } from "./series_function.ts";

function aggregate(
  seriesList: readonly TimeSeries[],
  given: string,
  context: RenderContext,
): TimeSeries[] {
  const [first] = seriesList;
  if (first === undefined) return [];
  const method = given.replace(/Series$/, "");
  const combine = aggregationNamed(method);
  const { start, end, step, rows } = normalize(seriesList);
  context.countValues(rows.length * seriesList.length);
  const name = `${method}Series(${pathExpressions(seriesList)})`;
  const { xFilesFactor } = context;
  const values = rows.map((row) => isKnown(row, xFilesFactor) ? combine(row) : null);
  const shared = Object.entries(first.tags)
    .filter(([tag, value]) => seriesList.every(({ tags }) => tags[tag] === value));
  const tags = { name, ...Object.fromEntries(shared), aggregatedBy: method };
  const made = { name, pathExpression: name, start, end, step, values, xFilesFactor, tags };
  return [{ ...made, consolidation: "average" }];
}

function pathExpressions(seriesList: readonly TimeSeries[]): string {
  return [...new Set(seriesList.map(({ pathExpression }) => pathExpression))].join(",");
}

function aggregator(method: string): SeriesFunction {
  return {
    parameters: ["...seriesLists"],
    apply: (given, context) => aggregate(given.restOfSeries(), method, context),
  };
}

function groupByNodes(
  seriesList: readonly TimeSeries[],
  method: string,
  nodes: readonly (number | string)[],
  context: RenderContext,
): TimeSeries[] {
  const groups = Map.groupBy(seriesList, (series) => nodesOf(series, nodes));
  return [...groups].flatMap(([name, group]) =>
    aggregate(group, method, context).map((series) => ({ ...series, name }))
  );
}

/** One of a series and its total, time by time. */
function percentOf(series: TimeSeries, total: TimeSeries, context: RenderContext): TimeSeries {
  const { start, end, step, rows } = normalize([series, total]);
  context.countValues(rows.length);
  const name = `asPercent(${series.name},${total.name})`;
  const values = rows.map(([part = null, whole = null]) =>
    part === null || whole === null || whole === 0 ? null : part / whole * 100
  );
  const { xFilesFactor } = context;
  const tags = { name };
  const made = { name, pathExpression: name, start, end, step, values, xFilesFactor, tags };
  return { ...made, consolidation: "average" };
}

function asPercent(given: Arguments, context: RenderContext): TimeSeries[] {
  const seriesList = given.series();
  if (seriesList.length === 0) return [];
  if (!given.has("total")) {
    const [sum] = aggregate(seriesList, "sum", context);
    return sum === undefined ? [] : seriesList.map((series) => percentOf(series, sum, context));
  }
  if (!Array.isArray(given.value("total"))) {
    const total = given.number("total");
    return seriesList.map((series) => {
      const whole = { ...series, name: `${total}`, values: series.values.map(() => total) };
      return percentOf(series, whole, context);
    });
  }
  const totals = given.series("total");
  const [only] = totals;
  if (only !== undefined && totals.length === 1) {
    return seriesList.map((series) => percentOf(series, only, context));
  }
  if (totals.length !== seriesList.length) {
    throw new RequestError(
      "asPercent second argument must be missing, a single digit, reference exactly 1 series or " +
        "reference the same number of series as the first argument",
    );
  }
  const sorted = totals.toSorted(byName);
  return seriesList.toSorted(byName).map((series, index) =>
    percentOf(series, sorted[index] ?? series, context)
  );
}

function byName(one: TimeSeries, other: TimeSeries): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

function divide(given: Arguments, context: RenderContext): TimeSeries[] {
  const dividends = given.series("dividendSeriesList");
  const divisors = given.series("divisorSeries");
  const [divisor] = divisors;
  if (divisors.length > 1) {
    const reason = `must reference exactly 1 series (got ${divisors.length})`;
    throw new RequestError(`divideSeries second argument ${reason}`);
  }
  return dividends.map((series) => {
    const name = `divideSeries(${series.name},${divisor?.name ?? "MISSING"})`;
    if (divisor === undefined) {
      return { ...series, name, pathExpression: name, values: series.values.map(() => null) };
    }
    const { start, end, step, rows } = normalize([series, divisor]);
    context.countValues(rows.length);
    const values = rows.map(([part = null, whole = null]) =>
      part === null || whole === null || whole === 0 ? null : part / whole
    );
    const made = { name, pathExpression: name, start, end, step, values, tags: { name } };
    return { ...made, xFilesFactor: context.xFilesFactor, consolidation: "average" };
  });
}

const SUM = aggregator("sum");
const AVERAGE = aggregator("average");
const PERCENT: SeriesFunction = { parameters: ["seriesList", "total"], apply: asPercent };

/** Functions of several series. */
export const COMBINE: FunctionTable = {
  sum: SUM,
  sumSeries: SUM,
  avg: AVERAGE,
  averageSeries: AVERAGE,
  maxSeries: aggregator("max"),
  minSeries: aggregator("min"),
  diffSeries: aggregator("diff"),
  multiplySeries: aggregator("multiply"),
  aggregate: {
    parameters: ["seriesList", "func"],
    apply: (given, context) => aggregate(given.series(), given.text("func"), context),
  },
  group: {
    parameters: ["...seriesLists"],
    apply: (given) => given.restOfSeries(),
  },
  groupByNode: {
    parameters: ["seriesList", "nodeNum", "callback"],
    apply: (given, context) => {
      const method = given.text("callback", "average");
      return groupByNodes(given.series(), method, [given.integer("nodeNum")], context);
    },
  },
  groupByNodes: {
    parameters: ["seriesList", "callback", "...nodes"],
    apply: (given, context) =>
      groupByNodes(given.series(), given.text("callback"), given.restOfNodes(), context),
  },
  asPercent: PERCENT,
  pct: PERCENT,
  divideSeries: { parameters: ["dividendSeriesList", "divisorSeries"], apply: divide },
};
