/**
 * Functions that name, order and choose series.
 *
 * @module
 */

import { type Expression, parseTarget } from "../target_parser.ts";
import type { TimeSeries } from "../time_series.ts";
import type { FunctionTable } from "./series_function.ts";

/**
 * Parts of a series' path.
 *
 * @param series The series.
 * @param nodes Positions from 0, or, negative, from the end; a text is the name of a tag.
 * @returns The parts, joined with dots; an empty one where there is none.
 */
export function nodesOf(series: TimeSeries, nodes: readonly (number | string)[]): string {
  const parts = pathIn(series.name).split(".");
  return nodes.map((node) => {
    const part = typeof node === "number" ? parts.at(node) : undefined;
    return part ?? series.tags[node] ?? "";
  }).join(".");
}

/** The path of a series, where its name is the call that made it: the first one in the call. */
function pathIn(name: string): string {
  if (!name.endsWith(")")) return name;
  try {
    return firstPath(parseTarget(name)) ?? name;
  } catch {
    // A name that a request chose need be no call.
    return name;
  }
}

function firstPath(expression: Expression): string | undefined {
  if (expression.kind === "path") return expression.pattern;
  if (expression.kind === "literal") return undefined;
  return expression.positional.map(firstPath).find((path) => path !== undefined);
}

/** Functions of names. */
export const NAMES: FunctionTable = {
  alias: {
    parameters: ["seriesList", "newName"],
    apply: (given) => {
      const name = given.text("newName");
      return given.series().map((series) => ({ ...series, name }));
    },
  },
  aliasByNode: {
    parameters: ["seriesList", "...nodes"],
    apply: (given) => {
      const nodes = given.restOfNodes();
      return given.series().map((series) => ({ ...series, name: nodesOf(series, nodes) }));
    },
  },
  aliasByMetric: {
    parameters: ["seriesList"],
    apply: (given) => given.series().map((series) => ({ ...series, name: nodesOf(series, [-1]) })),
  },
  sortByName: {
    parameters: ["seriesList", "natural", "reverse"],
    apply: (given) => {
      const numeric = given.boolean("natural", false);
      const { compare } = new Intl.Collator("en", { numeric });
      const ascending = (one: TimeSeries, other: TimeSeries) =>
        numeric ? compare(one.name, other.name) : one.name < other.name ? -1 : 1;
      const sorted = given.series().toSorted(ascending);
      return given.boolean("reverse", false) ? sorted.reverse() : sorted;
    },
  },
  limit: {
    parameters: ["seriesList", "n"],
    apply: (given) => given.series().slice(0, Math.max(0, given.integer("n"))),
  },
};
