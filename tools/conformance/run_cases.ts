/**
 * Runs cases on a target: side by side as far as their lanes allow, each with a transcript of its own.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { ConformanceCase } from "./case.ts";
import { type CaseResult, type RunResult, type Status, summarize } from "./result.ts";
import type { Target } from "./target.ts";
import { Transcript } from "./transcript.ts";
import { CaseSkipped, RuleBroken } from "./verdict.ts";

/** Options of {@linkcode runCases}. */
export interface RunOptions {
  readonly target: Target;
  /** The cases, in the order in which they are reported. */
  readonly cases: readonly ConformanceCase[];
  /** Measures how long they take. */
  readonly clock: Clock;
  /** Ends the run early: what has not begun, or waits in a session that heeds the signal, is skipped. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each case that begins; those that cannot be run do not. */
  readonly onStart?: ((test: ConformanceCase) => void) | undefined;
  /** Told of each case that ends, at once. */
  readonly onEnd?: ((test: ConformanceCase) => void) | undefined;
  /** Told of each result, in the order of the cases. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

const INTERRUPTED = "The run was interrupted";

/**
 * Runs the cases.
 *
 * @param options See {@linkcode RunOptions}.
 * @returns The results, in the order of the cases.
 */
export async function runCases(options: RunOptions): Promise<RunResult> {
  const { target, cases, clock } = options;
  const startMs = clock.now();
  const tickets = new Map<string, Turnstile>();
  const running = cases.map((test) => {
    const lane = target.lane(test);
    const turnstile = tickets.get(lane.name) ?? new Turnstile(lane.limit);
    tickets.set(lane.name, turnstile);
    return turnstile.pass(async () => {
      const result = await runCase(test, options);
      options.onEnd?.(test);
      return result;
    });
  });
  const results: CaseResult[] = [];
  for (const promise of running) {
    const result = await promise;
    results.push(result);
    options.onResult?.(result);
  }
  const seconds = (clock.now() - startMs) / 1000;
  return summarize(target.title, results, seconds, target.leftovers());
}

async function runCase(test: ConformanceCase, options: RunOptions): Promise<CaseResult> {
  const { target, clock, signal } = options;
  const startMs = clock.now();
  let transcript: Transcript | undefined;
  const result = (status: Status, message: string): CaseResult => ({
    id: test.id,
    against: test.against,
    level: test.level,
    status,
    message,
    rule: test.rule,
    source: test.source,
    durationMs: clock.now() - startMs,
    stanzas: transcript?.lines ?? [],
  });
  const reason = signal?.aborted ? INTERRUPTED : whyNot(test, target);
  if (reason !== undefined) return result("skipped", reason);
  options.onStart?.(test);
  try {
    await target.run(test, (now) => transcript = new Transcript(now));
    return result("passed", "");
  } catch (error) {
    if (signal?.aborted) return result("skipped", INTERRUPTED);
    if (error instanceof CaseSkipped) return result("skipped", error.message);
    if (!(error instanceof RuleBroken)) {
      return result("failed", `The case could not be run to its end: ${messageOf(error)}`);
    }
    const known = knownDifference(test, target);
    return known === undefined
      ? result("failed", error.message)
      : result("known", `${error.message}. Known: ${known}`);
  }
}

function whyNot(test: ConformanceCase, target: Target): string | undefined {
  const { implementation } = target;
  const fatal = implementation === "perl" ? test.fatal?.perl : undefined;
  return fatal === undefined ? target.skipReason(test) : `Not for the original: ${fatal}`;
}

function knownDifference(test: ConformanceCase, { implementation }: Target): string | undefined {
  return implementation === "perl" ? test.known?.perl : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Lets so many through at a time, in order. */
class Turnstile {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
