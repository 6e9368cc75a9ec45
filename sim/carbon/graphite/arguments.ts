/**
 * What a function was called with.
 *
 * @module
 */

import { aggregationNamed } from "./aggregations.ts";
import { RequestError } from "./request_error.ts";
import { parseOffset } from "./time_expression.ts";
import type { TimeSeries } from "./time_series.ts";

/** Value of an argument. */
export type Value = string | number | boolean | null | readonly TimeSeries[];

/** Arguments of one call, by the names of the function's parameters. */
export class Arguments {
  readonly #name: string;
  readonly #values = new Map<string, Value>();
  readonly #rest: readonly Value[] = [];

  /**
   * @param name The function.
   * @param parameters Names of its parameters; three dots before the last one: as many as are given.
   * @param positional Arguments by their place.
   * @param named Arguments by their name.
   * @throws {RequestError} When there are too many, or unknown ones.
   */
  constructor(
    name: string,
    parameters: readonly string[],
    positional: readonly Value[],
    named: ReadonlyMap<string, Value>,
  ) {
    this.#name = name;
    const hasRest = parameters.at(-1)?.startsWith("...") ?? false;
    const single = hasRest ? parameters.slice(0, -1) : parameters;
    if (hasRest) this.#rest = positional.slice(single.length);
    else if (positional.length + named.size > single.length) {
      throw new RequestError(`Too many parameters specified for function "${name}"`);
    }
    for (const [index, value] of positional.slice(0, single.length).entries()) {
      this.#values.set(single[index] ?? "", value);
    }
    for (const [key, value] of named) {
      if (!single.includes(key) || this.#values.has(key)) {
        throw new RequestError(`Unexpected key word arguments: ${key}`);
      }
      this.#values.set(key, value);
    }
  }

  /** Whether an argument was given, and is not `none`. */
  has(parameter: string): boolean {
    return (this.#values.get(parameter) ?? null) !== null;
  }

  /** The argument, whatever it is. */
  value(parameter: string): Value {
    const value = this.#values.get(parameter);
    if (value !== undefined) return value;
    throw new RequestError(
      `Missing required parameter "${parameter}" for function "${this.#name}"`,
    );
  }

  /** A list of series. */
  series(parameter = "seriesList"): readonly TimeSeries[] {
    const value = this.value(parameter);
    return isSeriesList(value) ? value : this.#refuse("seriesList", parameter, value);
  }

  /** All series of the last parameter's lists. */
  restOfSeries(parameter = "seriesLists"): TimeSeries[] {
    return this.#rest.flatMap((value) =>
      isSeriesList(value) ? [...value] : this.#refuse("seriesList", parameter, value)
    );
  }

  /** Positions in paths, from 0 or, negative, from the end; or names of tags. */
  restOfNodes(parameter = "nodes"): (number | string)[] {
    return this.#rest.map((value) =>
      typeof value === "string" || Number.isInteger(value)
        ? value as number | string
        : this.#refuse("nodeOrTag", parameter, value)
    );
  }

  /** A number; texts that are numbers count. */
  number(parameter: string, fallback?: number): number {
    if (fallback !== undefined && !this.has(parameter)) return fallback;
    const value = this.value(parameter);
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && !Number.isNaN(number)
      ? number
      : this.#refuse("float", parameter, value);
  }

  /** A whole number. */
  integer(parameter: string): number {
    const number = this.number(parameter);
    return Number.isSafeInteger(number) ? number : this.#refuse("integer", parameter, number);
  }

  /** A text. */
  text(parameter: string, fallback?: string): string {
    if (fallback !== undefined && !this.has(parameter)) return fallback;
    const value = this.value(parameter);
    return typeof value === "string" ? value : this.#refuse("string", parameter, value);
  }

  /** True or false. */
  boolean(parameter: string, fallback: boolean): boolean {
    if (!this.has(parameter)) return fallback;
    const value = this.value(parameter);
    return typeof value === "boolean" ? value : this.#refuse("boolean", parameter, value);
  }

  /** A length of time, as text. */
  interval(parameter: string): string {
    const value = this.text(parameter);
    try {
      parseOffset(value);
    } catch {
      this.#refuse("interval", parameter, value);
    }
    return value;
  }

  /** The name of an aggregation. */
  aggregation(parameter: string, fallback?: string): string {
    const value = this.text(parameter, fallback);
    aggregationNamed(value);
    return value;
  }

  #refuse(type: string, parameter: string, value: Value): never {
    const shown = isSeriesList(value) ? "a list of series" : JSON.stringify(value);
    throw new RequestError(
      `Invalid "${type}" value specified for function "${this.#name}" parameter "${parameter}": ${shown}`,
    );
  }
}

function isSeriesList(value: Value): value is readonly TimeSeries[] {
  return Array.isArray(value);
}
