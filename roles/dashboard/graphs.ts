/**
 * The graphs of the original's dashboard (its `default.config.js`), as data, and what they ask of
 * Graphite in each mode.
 *
 * @module
 */
import type { RenderRequest } from "./sources/graphite.ts";

/** How far back a graph looks, and in which steps: the original's four buttons. */
export const MODES = ["realtime", "hourly", "daily", "weekly"] as const;
/** One of {@linkcode MODES}. */
export type Mode = (typeof MODES)[number];

/** One graph. */
export interface Graph {
  /** Name in addresses. */
  readonly id: string;
  /** What Graphite is asked for: patterns of paths. */
  readonly patterns: readonly string[];
  /** How values are put together where one point stands for many. */
  readonly summary: "sum" | "avg";
  /** Name of a series: of the pattern's `*`, by number, and of its series by the last words. */
  readonly label: (wildcards: readonly string[], path: string) => string;
}

const GENERIC = "copilot.jobmanager.*.*";
const AGGREGATE = "copilot.aggregate.jobmanager.generic.rt";

/** A manager by its name; with its type where it is not the generic one. */
export function managerName([type = "", name = ""]: readonly string[]): string {
  return type === "generic" ? name : `${name} (${type})`;
}

/** Every graph. */
export const GRAPHS: readonly Graph[] = [
  {
    id: "jobs",
    patterns: [`${AGGREGATE}.totalJobs`, `${AGGREGATE}.job.succeeded.count`],
    summary: "sum",
    label: (_, path) => path.endsWith("totalJobs") ? "ended" : "succeeded",
  },
  {
    id: "outcomes",
    patterns: [`${AGGREGATE}.job.*.count`],
    summary: "sum",
    label: ([status = ""]) => status,
  },
  { id: "queue", patterns: [`${GENERIC}.queuedJobs`], summary: "avg", label: managerName },
  {
    id: "connected",
    // The dots of a server's name part the name of its series.
    patterns: ["*", "*.*", "*.*.*", "*.*.*.*"].map((host) => `copilot.ejabberd.${host}.connected`),
    summary: "avg",
    label: (host) => host.join("."),
  },
  {
    id: "errors",
    patterns: [`${GENERIC}.error.*`],
    summary: "sum",
    label: (names) => `${words(names[2])}, ${managerName(names)}`,
  },
  {
    id: "durations",
    patterns: [`${AGGREGATE}.job.*.avg`],
    summary: "avg",
    label: ([status = ""]) => status,
  },
  { id: "load", patterns: [`${GENERIC}.system.load.1min`], summary: "avg", label: managerName },
  {
    id: "memory",
    patterns: [`${GENERIC}.system.ram.available.mem`],
    summary: "avg",
    label: managerName,
  },
  {
    id: "swap",
    patterns: [`${GENERIC}.system.ram.available.swap`],
    summary: "avg",
    label: managerName,
  },
  {
    id: "network",
    patterns: [`${GENERIC}.system.net.*.*`],
    summary: "avg",
    label: (names) => `${names[2]} ${names[3]}, ${managerName(names)}`,
  },
  {
    id: "disks",
    patterns: [`${GENERIC}.system.disk.available.*`],
    summary: "avg",
    label: (names) => `${names[2]}, ${managerName(names)}`,
  },
];

/** Without a step: as it was measured; what is counted, by the minute. */
const RANGES: Readonly<Record<Mode, { readonly from: string; readonly step?: string }>> = {
  realtime: { from: "-1h" },
  hourly: { from: "-1d", step: "1h" },
  daily: { from: "-7d", step: "1d" },
  weekly: { from: "-31d", step: "7d" },
};

/** `invalidJobId` as `invalid job id`. */
function words(name = ""): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/**
 * What is asked of Graphite for a graph.
 *
 * @param graph The graph.
 * @param mode How far back.
 * @returns The question.
 */
export function graphRequest(graph: Graph, mode: Mode): RenderRequest {
  const { from, step = graph.summary === "sum" ? "1min" : undefined } = RANGES[mode];
  const targets = step === undefined
    ? graph.patterns
    : graph.patterns.map((pattern) => `summarize(${pattern},"${step}","${graph.summary}")`);
  return { targets, from };
}

/**
 * The path inside the name of a series: `summarize(a.b,"1h","sum")` is about `a.b`.
 *
 * @param target Name as Graphite gives it.
 * @returns The path.
 */
export function pathOf(target: string): string {
  return target.split("(").at(-1)?.split(",")[0] ?? target;
}

/**
 * What the wildcards of a pattern stand for in a path.
 *
 * @param pattern With `*` for whole words.
 * @param path A path that matches.
 * @returns The words; undefined where the path does not match.
 */
export function wildcardsOf(pattern: string, path: string): string[] | undefined {
  const expected = pattern.split(".");
  const found = path.split(".");
  if (expected.length !== found.length) return undefined;
  const wildcards: string[] = [];
  for (const [at, word] of expected.entries()) {
    if (word === "*") wildcards.push(found[at] ?? "");
    else if (word !== found[at]) return undefined;
  }
  return wildcards;
}
