/**
 * What the embedded Carbon and Graphite are sent.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Random, randomFraction } from "../../lib/random.ts";
import { RequestError } from "../../sim/carbon/graphite/request_error.ts";
import { parseTarget } from "../../sim/carbon/graphite/target_parser.ts";
import { parseTime } from "../../sim/carbon/graphite/time_expression.ts";
import { LineError, LineReader } from "../../sim/carbon/line_reader.ts";
import { parsePathPattern, PatternError } from "../../sim/carbon/path_pattern.ts";
import { parsePointLine } from "../../sim/carbon/point_line.ts";
import type { Target } from "./target.ts";

const NOW = Date.UTC(2026, 0, 1) / 1000;

const LINES = [
  "copilot.jobmanager.generic.alpha.job.succeeded.gmean 0.166666666666667 1795343194\n",
  "copilot.monitor.updates 5 -1\ncopilot.grüße.x\t-1e-3  1795343194.5\r\n",
  "a..b inf 1\na nan 2\n.. 1 3\n\n   \na/b 1 4\n",
];
const PATTERNS = [
  "copilot.jobmanager.generic.*.job.{succeeded,failed}.count",
  "a?.[a-c][!x]*.{b,{c,d}*}e.[]",
];

/** Points of a stream that arrives in two pieces. */
function readLines(text: string, random: Random): unknown {
  const bytes = new TextEncoder().encode(text);
  const cut = Math.floor(randomFraction(random) * bytes.length);
  const reader = new LineReader();
  const points: unknown[] = [];
  for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
    reader.push(piece, (line) => {
      const point = parsePointLine(line, NOW);
      assert(!Number.isNaN(point?.value));
      if (point !== undefined) points.push(point);
    });
  }
  return points;
}

/** The targets. */
export const carbonTargets: readonly Target[] = [
  { name: "carbon-lines", corpus: LINES, refusals: [LineError], run: readLines },
  {
    name: "graphite-target",
    corpus: [
      ...PATTERNS,
      "aliasByNode(summarize(scale(a.*.b, 1.5e-3), \"1h\", func='sum', alignToFrom=true), 1)",
      'a.b|sumSeries(c.{d,e}.*, none, inf)|alias("it\'s")',
    ],
    refusals: [RequestError],
    growth: 100,
    run: (text) => parseTarget(text),
  },
  {
    name: "graphite-time",
    corpus: ["-1h30min", "noon yesterday", "08:30pm_20251224+2d", "12/24/25", "january 5-1week"],
    refusals: [RequestError],
    run(text) {
      const second = parseTime(text, NOW);
      assertEquals(Number.isSafeInteger(second), true);
      return second;
    },
  },
  {
    name: "graphite-pattern",
    corpus: PATTERNS,
    refusals: [PatternError],
    // Braces stand for many texts; their number is bounded.
    growth: 1 << 17,
    run(text) {
      const parts = parsePathPattern(text);
      return parts.map((part) => part.map((one) => typeof one === "string" ? one : one("a1.b")));
    },
  },
];
