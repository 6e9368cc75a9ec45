/**
 * Functions that change the values of each series by itself.
 *
 * @module
 */

import { aggregationNamed } from "../aggregations.ts";
import type { Arguments } from "../arguments.ts";
import { generalNumber, pythonFloat } from "../number_text.ts";
import type { TimeSeries } from "../time_series.ts";
import { derived, type FunctionTable, type SeriesFunction } from "./series_function.ts";

type Known = (value: number) => number;

/** Changes every known value. */
function each(
  tag: string,
  number: string | undefined,
  change: (given: number) => Known,
): SeriesFunction {
  return {
    parameters: number === undefined ? ["seriesList"] : ["seriesList", number],
    apply: (given) => {
      const operand = number === undefined ? undefined : given.number(number);
      const known = change(operand ?? NaN);
      return given.series().map((series) => {
        const suffix = operand === undefined ? "" : `,${generalNumber(operand)}`;
        const noted = operand === undefined ? "1" : pythonFloat(operand);
        return derived(series, `${tag}(${series.name}${suffix})`, {
          values: series.values.map((value) => value === null ? null : known(value)),
          tags: { ...series.tags, [tag]: noted },
        });
      });
    },
  };
}

/** Makes values of a value and the known or unknown one before it. */
function differences(
  name: string,
  parameters: readonly string[],
  change: (
    given: Arguments,
    series: TimeSeries,
  ) => (value: number, before: number) => number | null,
): SeriesFunction {
  return {
    parameters: ["seriesList", ...parameters],
    apply: (given) =>
      given.series().map((series) => {
        const between = change(given, series);
        const values = series.values.map((value, index) => {
          const before = series.values[index - 1] ?? null;
          return value === null || before === null ? null : between(value, before);
        });
        return derived(series, `${name}(${series.name})`, {
          values,
          tags: { ...series.tags, [name]: "1" },
        });
      }),
  };
}

/** Growth of a counter that may start anew, or wrap around at a greatest value. */
function growth(given: Arguments): (value: number, before: number) => number | null {
  const most = given.has("maxValue") ? given.number("maxValue") : undefined;
  const least = given.has("minValue") ? given.number("minValue") : undefined;
  const isOutside = (value: number) =>
    (most !== undefined && value > most) || (least !== undefined && value < least);
  return (value, before) => {
    if (isOutside(value) || isOutside(before)) return null;
    if (value >= before) return value - before;
    if (most !== undefined) return most + 1 + value - before - (least ?? 0);
    return least === undefined ? null : value - least;
  };
}

/** Fills gaps of up to `limit` values between known ones, and at the end. */
function fillGaps(values: readonly (number | null)[], limit: number): (number | null)[] {
  const filled = [...values];
  let last: number | null = null;
  let gap = 0;
  const fill = (end: number) => {
    if (gap > 0 && gap <= limit && last !== null) filled.fill(last, end - gap, end);
  };
  for (const [index, value] of values.entries()) {
    if (value === null) gap++;
    else {
      fill(index);
      gap = 0;
      last = value;
    }
  }
  fill(values.length);
  return filled;
}

/** Six digits behind the point, as Graphite rounds rates. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Functions of single series. */
export const TRANSFORM: FunctionTable = {
  scale: each("scale", "factor", (factor) => (value) => value * factor),
  offset: each("offset", "factor", (factor) => (value) => value + factor),
  absolute: each("absolute", undefined, () => Math.abs),
  derivative: differences("derivative", [], () => (value, before) => value - before),
  nonNegativeDerivative: differences("nonNegativeDerivative", ["maxValue", "minValue"], growth),
  perSecond: differences("perSecond", ["maxValue", "minValue"], (given, { step }) => {
    const grown = growth(given);
    return (value, before) => {
      const delta = grown(value, before);
      return delta === null ? null : rounded(delta / step);
    };
  }),
  integral: {
    parameters: ["seriesList"],
    apply: (given) =>
      given.series().map((series) => {
        let total = 0;
        const values = series.values.map((value) => value === null ? null : total += value);
        const tags = { ...series.tags, integral: "1" };
        return derived(series, `integral(${series.name})`, { values, tags });
      }),
  },
  keepLastValue: {
    parameters: ["seriesList", "limit"],
    apply: (given) => {
      const limit = given.number("limit", Infinity);
      return given.series().map((series) =>
        derived(series, `keepLastValue(${series.name})`, { values: fillGaps(series.values, limit) })
      );
    },
  },
  transformNull: {
    parameters: ["seriesList", "default"],
    apply: (given) => {
      const fallback = given.number("default", 0);
      const noted = given.has("default") ? pythonFloat(fallback) : "0";
      return given.series().map((series) =>
        derived(series, `transformNull(${series.name},${generalNumber(fallback)})`, {
          values: series.values.map((value) => value ?? fallback),
          tags: { ...series.tags, transformNull: noted },
        })
      );
    },
  },
  consolidateBy: {
    parameters: ["seriesList", "consolidationFunc"],
    apply: (given) => {
      const consolidation = given.text("consolidationFunc");
      aggregationNamed(consolidation);
      return given.series().map((series) =>
        derived(series, `consolidateBy(${series.name},"${consolidation}")`, {
          consolidation,
          tags: { ...series.tags, consolidateBy: consolidation },
        })
      );
    },
  },
  stacked: {
    parameters: ["seriesLists", "stackName"],
    apply: (given, { stacks }) => {
      const stack = given.text("stackName", "__DEFAULT__");
      const totals = stacks.get(stack) ?? [];
      stacks.set(stack, totals);
      return given.series("seriesLists").map((series) => {
        const values = series.values.map((value, index) =>
          value === null ? null : totals[index] = (totals[index] ?? 0) + value
        );
        if (stack !== "__DEFAULT__") return derived(series, series.name, { values });
        const tags = { ...series.tags, stacked: stack };
        return derived(series, `stacked(${series.name})`, { values, tags });
      });
    },
  },
};
