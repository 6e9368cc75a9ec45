/**
 * What carbon-aggregator makes of points: rules of the form `out.<name> (60) = sum in.*.<name>`.
 *
 * @module
 */

/** How the values of an interval become one. */
export type AggregationMethod = "sum" | "avg" | "min" | "max" | "count" | `p${number}`;

/** A rule. */
export interface AggregationRule {
  /** How the values of an interval become one. */
  readonly method: AggregationMethod;
  /** Length of an interval in seconds. */
  readonly frequencySeconds: number;
  /** The path that a path's points go into; `undefined` where the rule does not fit. */
  outputFor(path: string): string | undefined;
}

const METHODS: ReadonlySet<string> = new Set<AggregationMethod>([
  ...["sum", "avg", "min", "max", "count"] as const,
  ...["p50", "p75", "p80", "p90", "p95", "p99", "p999"] as const,
]);

/**
 * Reads rules, one a line. In the input, `*` stands for any text and `<name>` for one or more characters
 * within one part of the path, `<<name>>` for several parts; the output repeats them as `<name>`.
 *
 * @param text The text, as in `aggregation-rules.conf`; lines that begin with `#` are comments.
 * @returns The rules, in order.
 * @throws {SyntaxError} When a line is no rule.
 */
export function parseAggregationRules(text: string): AggregationRule[] {
  return text.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(parseRule);
}

function parseRule(line: string): AggregationRule {
  const match = /^(\S+)\s+\((\d+)\)\s*=\s*(\w+)\s+(\S+)$/.exec(line);
  if (match === null) throw new SyntaxError(`Cannot read aggregation rule "${line}"`);
  const [, output = "", frequency, method = "", input = ""] = match;
  if (!isMethod(method)) throw new SyntaxError(`Unknown method "${method}" in "${line}"`);
  const frequencySeconds = Number(frequency);
  if (frequencySeconds < 1) throw new SyntaxError(`Interval of 0 s in "${line}"`);
  const names: string[] = [];
  const pattern = new RegExp(
    `^${input.split(".").map((part) => source(part, names)).join("\\.")}$`,
  );
  const parts = output.split(/<(\w+)>/);
  const unknown = parts.find((part, index) =>
    index % 2 === 1 ? !names.includes(part) : /[<>]/.test(part)
  );
  if (unknown !== undefined) throw new SyntaxError(`Unknown name "${unknown}" in "${line}"`);
  return {
    method,
    frequencySeconds,
    outputFor: (path) => {
      const match = pattern.exec(path);
      if (match === null) return undefined;
      return parts.map((part, index) => index % 2 === 1 ? match.groups?.[part] : part).join("");
    },
  };
}

function isMethod(text: string): text is AggregationMethod {
  return METHODS.has(text);
}

/** Regular expression of one part of an input path. */
function source(part: string, names: string[]): string {
  return part.split(/(<<\w+>>|<\w+>|\*)/).map((piece) => {
    const name = /\w+/.exec(piece)?.[0] ?? "";
    if (piece === "*") return part === "*" ? "[^.]+" : "[^.]*";
    if (!/^<.*>$/.test(piece)) return piece.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    names.push(name);
    return piece.startsWith("<<") ? `(?<${name}>.+?)` : `(?<${name}>[^.]+?)`;
  }).join("");
}
