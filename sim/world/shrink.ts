/**
 * From a run that broke an invariant to what it takes to break it: the fewest faults that still do, the
 * command that replays them, and the trace.
 *
 * @module
 */
import { formatTraceLine, type TraceLine } from "../../lib/trace/format.ts";
import type { WorldOptions } from "./options.ts";
import { runWorld } from "./run_world.ts";

/** Lines of a trace that are kept at most, the last ones. */
const MOST_LINES = 100_000;

/** Options of {@linkcode shrinkFaults}. */
export interface ShrinkOptions {
  /** Worlds that are run at most; the list is then as short as it has become. Default: 400. */
  readonly mostRuns?: number | undefined;
  /** Ends the search early, with the list as short as it has become. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Shrinks a list of faults by delta debugging (Zeller's ddmin): parts are left out, ever smaller ones, as
 * long as the same invariant still breaks.
 *
 * @param options The world that broke it.
 * @param invariant Which one.
 * @param struck The faults that struck in it.
 * @param limits See {@linkcode ShrinkOptions}.
 * @returns Faults none of which can be left out, unless the runs ran out.
 */
export async function shrinkFaults(
  options: WorldOptions,
  invariant: string,
  struck: readonly string[],
  limits: ShrinkOptions = {},
): Promise<readonly string[]> {
  const { mostRuns = 400, signal } = limits;
  let runsLeft = mostRuns;
  const breaks: Breaks = async (only) => {
    if (runsLeft-- <= 0 || signal?.aborted) return false;
    const { violations } = await runWorld({ ...options, only, onTrace: undefined });
    return violations.some((violation) => violation.invariant === invariant);
  };
  if (await breaks([])) return [];
  let faults = await withoutKinds(struck, breaks);
  for (let parts = 2; faults.length > 1;) {
    const size = Math.ceil(faults.length / parts);
    const shorter = await firstShorter(faults, size, breaks);
    if (shorter !== undefined) {
      faults = shorter;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) break;
    else parts = Math.min(faults.length, 2 * parts);
    if (runsLeft <= 0 || signal?.aborted) break;
  }
  return faults;
}

type Breaks = (only: readonly string[]) => Promise<boolean>;

/** Leaves out all faults of one kind after the other: most kinds have nothing to do with it. */
async function withoutKinds(struck: readonly string[], breaks: Breaks): Promise<readonly string[]> {
  const kindOf = (fault: string) => /^[\w-]+/.exec(fault)?.[0] ?? "";
  let faults = struck;
  for (const kind of new Set(struck.map(kindOf))) {
    const rest = faults.filter((fault) => kindOf(fault) !== kind);
    if (rest.length > 0 && await breaks(rest)) faults = rest;
  }
  return faults;
}

/** Leaves out one part after the other; the first rest that still breaks the invariant. */
async function firstShorter(
  faults: readonly string[],
  size: number,
  breaks: Breaks,
): Promise<readonly string[] | undefined> {
  for (let start = 0; start < faults.length; start += size) {
    const rest = [...faults.slice(0, start), ...faults.slice(start + size)];
    if (await breaks(rest)) return rest;
  }
  return undefined;
}

/**
 * Runs a world once more and records what is said in it.
 *
 * @param options The world.
 * @returns The trace, in the format of `lib/trace`: the last hundred thousand stanzas.
 */
export async function recordWorld(options: WorldOptions): Promise<string> {
  const lines: TraceLine[] = [];
  let next = 0;
  await runWorld({ ...options, onTrace: (line) => lines[next++ % MOST_LINES] = line });
  const start = next > MOST_LINES ? next % MOST_LINES : 0;
  return [...lines.slice(start), ...lines.slice(0, start)].map(formatTraceLine).join("");
}

/**
 * The command that runs a world again.
 *
 * @param options The world.
 * @returns One line.
 */
export function commandLine(options: WorldOptions): string {
  const { onTrace: _, only, faults: __, xml, files, ...rest } = options;
  const flags = Object.entries(rest).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}=${value}`]
  );
  if (xml) flags.push("--xml");
  if (files === false) flags.push("--no-files");
  if (only !== undefined) flags.push(`--only='${only.join(",")}'`);
  return ["deno task world", ...flags].join(" ");
}
