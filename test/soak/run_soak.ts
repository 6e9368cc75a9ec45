/**
 * Rounds, readings and the verdict over them.
 *
 * @module
 */
import { type Point, robustSlope } from "./slope.ts";
import { limitOf, type ReadingKind, type SoakTarget } from "./target.ts";

/** Options of {@linkcode runSoak}. */
export interface SoakOptions {
  /** Asked before each round; false ends the soak. */
  readonly goOn: (roundsDone: number) => boolean;
  /** Rounds of each life that are not counted: code is compiled, buffers and caches fill. Default: 8. */
  readonly warmUpRounds?: number | undefined;
  /** Told of each round. */
  readonly onRound?: ((round: number, text: string, tookMs: number) => void) | undefined;
}

/** What became of one thing that is counted. */
export interface SeriesVerdict {
  readonly name: string;
  readonly kind: ReadingKind;
  /** Counted samples. */
  readonly samples: number;
  readonly first: number;
  readonly last: number;
  /** Growth by one round, and what it is at least, with 99 % certainty. */
  readonly slope: number;
  readonly atLeast: number;
  readonly limit: number;
  /** Whether it grows by more than the limit for certain. */
  readonly leaks: boolean;
}

/** What became of a target. */
export interface SoakResult {
  readonly target: string;
  readonly rounds: number;
  readonly series: readonly SeriesVerdict[];
  readonly leaks: boolean;
}

/** Part of all rounds, the first ones, that is never counted. */
const UNCOUNTED = 0.3;
/** Samples below which nothing is said. */
const FEWEST_SAMPLES = 6;

/** One thing that is counted, with all of its samples. */
class Series {
  readonly #kind: ReadingKind;
  readonly #points: Point[] = [];
  /** Round and time in which each life began. */
  readonly #begun = new Map<number, { readonly round: number; readonly ms: number }>();

  constructor(kind: ReadingKind) {
    this.#kind = kind;
  }

  /** Takes a sample, unless its life has just begun. */
  add(point: Point, warmUp: { readonly rounds: number; readonly ms: number }): void {
    const now = { round: point.at, ms: performance.now() };
    const begun = this.#begun.get(point.life) ?? now;
    this.#begun.set(point.life, begun);
    const isWarm = now.round - begun.round >= warmUp.rounds && now.ms - begun.ms >= warmUp.ms;
    if (isWarm) this.#points.push(point);
  }

  /** The verdict. Without samples enough, nothing is said of it. */
  verdict(name: string, rounds: number): SeriesVerdict[] {
    const points = this.#points.filter(({ at }) => at >= rounds * UNCOUNTED);
    const [first, last] = [points[0], points.at(-1)];
    const slope = robustSlope(points);
    const samples = points.length;
    if (samples < FEWEST_SAMPLES || !slope || !first || !last) return [];
    const limit = limitOf(this.#kind, rounds);
    return [{
      name,
      kind: this.#kind,
      samples,
      first: first.value,
      last: last.value,
      slope: slope.slope,
      atLeast: slope.atLeast,
      limit,
      leaks: slope.atLeast > limit,
    }];
  }
}

/**
 * Soaks a target.
 *
 * @param target What is soaked.
 * @param options See {@linkcode SoakOptions}.
 * @returns What grew and what did not.
 * @throws {Error} When there were too few rounds to say anything.
 */
export async function runSoak(target: SoakTarget, options: SoakOptions): Promise<SoakResult> {
  const { goOn, warmUpRounds = 8, onRound } = options;
  const warmUp = { rounds: warmUpRounds, ms: target.warmUpMs ?? 0 };
  const all = new Map<string, Series>();
  let rounds = 0;
  for (; goOn(rounds); rounds++) {
    const startMs = performance.now();
    const text = await target.round(rounds);
    for (const { name, kind, value, life } of await target.read()) {
      let series = all.get(name);
      if (series === undefined) all.set(name, series = new Series(kind));
      series.add({ at: rounds, value, life }, warmUp);
    }
    onRound?.(rounds, text, performance.now() - startMs);
  }
  const verdicts = Array.from(all, ([name, series]) => series.verdict(name, rounds)).flat();
  if (verdicts.length === 0) {
    throw new Error(`Cannot judge ${target.name} after ${rounds} rounds: it needs more time`);
  }
  const leaks = verdicts.some(({ leaks }) => leaks);
  return { target: target.name, rounds, series: verdicts, leaks };
}
