/**
 * Campaigns in a thread of their own, so that one that hangs can be ended and its mutant named.
 *
 * @module
 */
import type { Finding } from "./hunt.ts";
import { mutantOf, type Target } from "./target.ts";

/** Options of {@linkcode watch}. */
export interface WatchOptions {
  /** Seed of the campaigns. */
  readonly seed: number;
  /** First mutant of each target. Default: 0. */
  readonly from?: number | undefined;
  /** Mutants of each target. */
  readonly mutants: number;
  /** Time in milliseconds after which one mutant counts as a hang. Default: 20,000. */
  readonly hangMs?: number | undefined;
  /** Told of each campaign that is over. */
  readonly onDone?: ((report: CampaignReport) => void) | undefined;
  /** Ends the fuzzing early. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of one campaign. */
export interface CampaignReport {
  /** Name of the target. */
  readonly target: string;
  /** Its defect, if it has one. */
  readonly finding: Finding | undefined;
  /** Time of all mutants in milliseconds. */
  readonly tookMs: number;
  /** Time of the slowest mutant in milliseconds. */
  readonly slowestMs: number;
  /** Number of the slowest mutant. */
  readonly slowestIndex: number;
}

/** What a thread is asked to do. */
export interface Assignment {
  /** Module that exports `TARGETS`. */
  readonly module: string;
  /** Names of the targets to fuzz. */
  readonly names: readonly string[];
  /** Seed of the campaigns. */
  readonly seed: number;
  /** First mutant. */
  readonly from: number;
  /** Mutants of each target. */
  readonly mutants: number;
  /** Shared: number of the target at work and of its mutant, and how many were begun. */
  readonly progress: Int32Array;
}

/** Where in {@linkcode Assignment.progress} each number stands. */
export const PROGRESS = { target: 0, index: 1, begun: 2, length: 3 } as const;

const DEFAULT_HANG_MS = 20_000;

/**
 * Fuzzes targets one after the other. The first hang ends all: the rest cannot be reached.
 *
 * @param module Address of the module that exports `TARGETS`.
 * @param targets Those of its targets that are fuzzed.
 * @param options See {@linkcode WatchOptions}.
 * @returns The defects, one for a target at most.
 * @throws The signal's reason, when it is aborted first.
 */
export async function watch(
  module: string,
  targets: readonly Target[],
  options: WatchOptions,
): Promise<Finding[]> {
  const { seed, from = 0, mutants, hangMs = DEFAULT_HANG_MS, onDone, signal } = options;
  const progress = new Int32Array(new SharedArrayBuffer(4 * PROGRESS.length));
  const findings: Finding[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<CampaignReport | "over">) => {
    if (data === "over") return resolve();
    if (data.finding !== undefined) findings.push(data.finding);
    onDone?.(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`Cannot fuzz: ${event.message}`));
  };
  let begun = 0;
  const timer = setInterval(() => {
    const now = Atomics.load(progress, PROGRESS.begun);
    if (now === begun && begun > 0) {
      findings.push(hangOf(targets, progress, seed, hangMs));
      resolve();
    }
    begun = now;
  }, hangMs);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const names = targets.map(({ name }) => name);
  const assignment: Assignment = { module, names, seed, from, mutants, progress };
  worker.postMessage(assignment);
  try {
    await promise;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", abort);
    worker.terminate();
  }
  return findings;
}

function hangOf(
  targets: readonly Target[],
  progress: Int32Array,
  seed: number,
  hangMs: number,
): Finding {
  const index = Atomics.load(progress, PROGRESS.index);
  const target = targets[Atomics.load(progress, PROGRESS.target)];
  if (target === undefined) throw new Error("Cannot name the target that hangs");
  return {
    target: target.name,
    seed,
    index,
    defect: `read for more than ${hangMs} ms`,
    text: mutantOf(target, { seed, index }),
  };
}
