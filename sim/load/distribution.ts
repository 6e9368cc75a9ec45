/**
 * Values that differ from job to job: one number for all, or a distribution to draw from.
 *
 * @module
 */
import { parseBytes, parseSeconds } from "../../lib/config/values.ts";

/** Draws fractions in [0, 1), evenly spread. */
export type Draw = () => number;

/** A value for each job. */
export interface Distribution {
  /** As it was written, such as `uniform(1s,5s)`. */
  readonly text: string;
  /** Draws a value; never below 0. */
  readonly draw: (draw: Draw) => number;
  /** The value on average; that of `normal` without regard to what is cut off below 0. */
  readonly mean: number;
}

/** What a distribution's numbers mean. */
export type Quantity = "duration" | "size" | "share";

/** Reads a share: `0.05` or `5%`. */
function parseShare(text: string): number {
  const [, amount, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const share = Number(amount) / (percent === "%" ? 100 : 1);
  if (amount === undefined || share > 1) {
    throw new SyntaxError("is no share: write 0.05 or 5%");
  }
  return share;
}

const PARSERS: Readonly<Record<Quantity, (text: string) => number>> = {
  duration: (text) => parseSeconds(text) * 1000,
  size: parseBytes,
  share: parseShare,
};

/** Makes the drawing of a kind of distribution from its two numbers. */
interface Kind {
  /** Number of arguments. */
  readonly arity: 1 | 2;
  readonly draw: (draw: Draw, first: number, second: number) => number;
  readonly mean: (first: number, second: number) => number;
}

/** A number of the standard normal distribution (Box and Muller's transform). */
function standardNormal(draw: Draw): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

const KINDS: Readonly<Record<string, Kind>> = {
  /** Evenly between least and greatest. */
  uniform: {
    arity: 2,
    draw: (draw, least, greatest) => least + draw() * (greatest - least),
    mean: (least, greatest) => (least + greatest) / 2,
  },
  /** Exponential, by its mean. */
  exp: {
    arity: 1,
    draw: (draw, mean) => -Math.log(1 - draw()) * mean,
    mean: (mean) => mean,
  },
  /** Normal, by mean and standard deviation; what falls below 0 is 0. */
  normal: {
    arity: 2,
    draw: (draw, mean, deviation) => Math.max(0, mean + deviation * standardNormal(draw)),
    mean: (mean) => mean,
  },
  /** Lognormal, by mean and standard deviation of the value itself, not of its logarithm. */
  lognormal: {
    arity: 2,
    draw: (draw, mean, deviation) => {
      if (mean === 0) return 0;
      const variance = Math.log(1 + (deviation / mean) ** 2);
      return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * standardNormal(draw));
    },
    mean: (mean) => mean,
  },
};

/**
 * Reads a value or a distribution: `1h`, `uniform(1s,5s)`, `exp(30s)`, `normal(1m,10s)`,
 * `lognormal(1h,2h)`; of sizes `10MB`, of shares `5%` in the same places.
 *
 * @example
 * ```ts
 * import { parseDistribution } from "./distribution.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseDistribution("uniform(1s,5s)", "duration").draw(() => 0.5), 3000);
 * assertEquals(parseDistribution("5%", "share").mean, 0.05);
 * ```
 *
 * @param text The words.
 * @param quantity What the numbers are: lengths of time (in milliseconds then), sizes in bytes, shares.
 * @returns The distribution.
 * @throws {SyntaxError} When the text is none; the message says what may be written.
 */
export function parseDistribution(text: string, quantity: Quantity): Distribution {
  const parse = PARSERS[quantity];
  const [, name = "", inner = ""] = /^([a-zA-Z]+)\(([^()]*)\)$/.exec(text) ?? [];
  if (name === "") {
    const value = parse(text);
    return { text, draw: () => value, mean: value };
  }
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined) {
    throw new SyntaxError(`is no distribution: write one of ${Object.keys(KINDS).join(", ")}`);
  }
  const words = inner.split(",").map((word) => word.trim());
  if (words.length !== kind.arity) {
    throw new SyntaxError(`needs ${kind.arity === 1 ? "one value" : "two values"} in ${name}(…)`);
  }
  const [first = 0, second = 0] = words.map(parse);
  if (name === "uniform" && second < first) throw new SyntaxError("ends before it begins");
  return {
    text,
    draw: (draw) => kind.draw(draw, first, second),
    mean: kind.mean(first, second),
  };
}
