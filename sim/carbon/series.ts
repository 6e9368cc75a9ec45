/**
 * One series: its archives, written and read by Whisper's rules.
 *
 * @module
 */

import type { ArchiveBlocks, BlockCache } from "./block_cache.ts";
import { spanSeconds } from "./retention.ts";
import type { RollUp, StoragePlan } from "./storage_rules.ts";

/** Points at equal distances. */
export interface Points {
  /** Second of the first point. */
  readonly start: number;
  /** Second after the last point's. */
  readonly end: number;
  /** Distance of two points in seconds. */
  readonly step: number;
  /** The values, `null` where none is known. */
  readonly values: (number | null)[];
}

/** A point of a coarser archive that is to be made anew. */
interface RollUpStep {
  readonly finer: ArchiveBlocks;
  readonly coarser: ArchiveBlocks;
  /** A second within the point. */
  readonly second: number;
  readonly now: number;
}

/** A series. */
export class Series {
  readonly #archives: readonly ArchiveBlocks[];
  readonly #plan: StoragePlan;
  readonly #cache: BlockCache;

  /**
   * @param id Its number.
   * @param path Its path.
   * @param plan How it is kept.
   * @param cache Where its points are.
   */
  constructor(id: number, readonly path: string, plan: StoragePlan, cache: BlockCache) {
    this.#plan = plan;
    this.#cache = cache;
    this.#archives = plan.archives.map((archive) => ({
      seriesId: id,
      stepSeconds: archive.stepSeconds,
      spanSeconds: spanSeconds(archive),
      blocks: new Map(),
    }));
  }

  /**
   * Writes a point into the finest archive that reaches so far back, and rolls it up into the coarser ones.
   *
   * @param second When, in seconds since the epoch.
   * @param value What.
   * @param now The present second.
   * @returns False where no archive reaches so far back, where it lies so far ahead that it would
   * overwrite the past, and where no more can wait to be stored.
   */
  write(second: number, value: number, now: number): boolean {
    const age = now - second;
    const index = this.#archives.findIndex((archive) => archive.spanSeconds >= Math.abs(age));
    let finer = this.#archives[index];
    if (finer === undefined || (age < 0 && index > 0)) return false;
    if (!this.#cache.set(finer, floorTo(second, finer.stepSeconds), value, now)) return false;
    for (const coarser of this.#archives.slice(index + 1)) {
      if (!this.#rollUp({ finer, coarser, second, now })) break;
      finer = coarser;
    }
    return true;
  }

  /**
   * Reads the points after `from` up to `until`, from the finest archive that reaches back to `from`.
   *
   * @param from Second after which to begin.
   * @param until Last second.
   * @param now The present second.
   * @returns The points; `undefined` where the time lies wholly ahead or before all archives.
   */
  fetch(from: number, until: number, now: number): Points | undefined {
    const coarsest = this.#archives.at(-1);
    if (coarsest === undefined || from > now || until < now - coarsest.spanSeconds) {
      return undefined;
    }
    const first = Math.max(from, now - coarsest.spanSeconds);
    const archive = this.#archives.find((archive) => archive.spanSeconds >= now - first);
    if (archive === undefined) return undefined;
    const step = archive.stepSeconds;
    const start = floorTo(first, step) + step;
    // A span without length still has one point.
    const end = Math.max(floorTo(Math.min(until, now), step) + step, start + step);
    return { start, end, step, values: this.#cache.get(archive, start, (end - start) / step) };
  }

  /** Makes one point of those of a finer archive; false where too few are known, or none can be kept. */
  #rollUp({ finer, coarser, second, now }: RollUpStep): boolean {
    const start = floorTo(second, coarser.stepSeconds);
    const count = coarser.stepSeconds / finer.stepSeconds;
    const known = this.#cache.get(finer, start, count).filter((value) => value !== null);
    // Whisper keeps the factor as a 32-bit float: one of five is less than its 0.2.
    const factor = Math.fround(this.#plan.xFilesFactor);
    if (known.length === 0 || known.length / count < factor) return false;
    return this.#cache.set(coarser, start, combine(known, this.#plan.rollUp), now);
  }
}

function combine(known: readonly number[], rollUp: RollUp): number {
  const sum = () => known.reduce((total, value) => total + value, 0);
  switch (rollUp) {
    case "average":
      return sum() / known.length;
    case "sum":
      return sum();
    case "min":
      return known.reduce((least, value) => Math.min(least, value));
    case "max":
      return known.reduce((most, value) => Math.max(most, value));
    case "last":
      return known.at(-1) ?? NaN;
  }
}

function floorTo(second: number, step: number): number {
  return second - (((second % step) + step) % step);
}
