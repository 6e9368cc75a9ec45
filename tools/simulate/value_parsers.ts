/**
 * Kinds of arguments of `deno task simulate`, read once so that a wrong one is told before anything
 * starts.
 *
 * @module
 */
import type { ValueParser } from "@optique/core/valueparser";
import { reasonOf } from "../../lib/cli/value_parsers.ts";
import {
  type Address,
  type Arrival,
  parseArrival,
  parseDistribution,
  type Quantity,
} from "../../sim/load/mod.ts";
import { parseThreshold, type Threshold } from "./threshold.ts";

function reading<T>(
  metavar: "DISTRIBUTION" | "ARRIVAL" | "THRESHOLD" | "HOST:PORT",
  placeholder: T,
  read: (input: string) => T,
  format: (value: T) => string,
): ValueParser<"sync", T> {
  return {
    mode: "sync",
    metavar,
    placeholder,
    parse(input) {
      try {
        return { success: true, value: read(input) };
      } catch (error) {
        return { success: false, error: reasonOf(error, input) };
      }
    },
    format,
  };
}

/** A value or a distribution; given on as it was written. */
export function distribution(quantity: Quantity): ValueParser<"sync", string> {
  const read = (input: string) => parseDistribution(input, quantity).text;
  return reading("DISTRIBUTION", "0", read, (value) => value);
}

/** When jobs come. */
export function arrival(): ValueParser<"sync", Arrival> {
  return reading<Arrival>("ARRIVAL", { kind: "at-once" }, parseArrival, ({ kind }) => kind);
}

/** A threshold. */
export function threshold(): ValueParser<"sync", Threshold> {
  const placeholder = parseThreshold("lost==0");
  return reading("THRESHOLD", placeholder, parseThreshold, (value) => value.text);
}

/** A server, or one of some words. */
export function addressOr<Word extends string>(
  ...words: readonly Word[]
): ValueParser<"sync", Word | Address> {
  const read = (input: string): Word | Address => {
    const word = words.find((known) => known === input);
    if (word !== undefined) return word;
    const [, host, port] = /^\[?([^\s\]]+?)\]?:(\d{1,5})$/.exec(input) ?? [];
    if (host === undefined || port === undefined || Number(port) > 65_535 || Number(port) === 0) {
      throw new SyntaxError(
        `is no address: write ${[...words, "HOST:PORT"].join(" or ")}`,
      );
    }
    return { host, port: Number(port) };
  };
  const format = (value: Word | Address) =>
    typeof value === "string" ? value : `${value.host}:${value.port}`;
  return reading<Word | Address>("HOST:PORT", { host: "127.0.0.1", port: 1 }, read, format);
}
