/**
 * How long points are kept, and how finely: the archives of a series.
 *
 * @module
 */

/** A run of points at equal distances. */
export interface Archive {
  /** Distance of two points in seconds. */
  readonly stepSeconds: number;
  /** Number of points that are kept. */
  readonly points: number;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  "": 1,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** Most points of an archive: thirty years of minutes. */
const MOST_POINTS = 16_000_000;

/**
 * Reads a list such as `10:2160,60:7d,10m:5y`: seconds a point, then the number of points, or the time
 * that they span where it has a unit.
 *
 * @param text The list, as in `storage-schemas.conf`.
 * @returns The archives, the finest first.
 * @throws {SyntaxError} When an entry is none.
 * @throws {RangeError} When the archives do not go together; see {@linkcode checkArchives}.
 */
export function parseRetentions(text: string): Archive[] {
  const archives = text.split(",").map((entry) => {
    const match = /^\s*(\d+)([smhdwy]?):(\d+)([smhdwy]?)\s*$/.exec(entry);
    if (match === null) throw new SyntaxError(`Cannot read retention "${entry.trim()}"`);
    const [, step, stepUnit = "", span, spanUnit = ""] = match;
    const stepSeconds = Number(step) * (UNIT_SECONDS[stepUnit] ?? 1);
    const points = spanUnit === ""
      ? Number(span)
      : Math.floor(Number(span) * (UNIT_SECONDS[spanUnit] ?? 1) / stepSeconds);
    return { stepSeconds, points };
  }).sort((one, other) => one.stepSeconds - other.stepSeconds);
  checkArchives(archives);
  return archives;
}

/**
 * Checks that points can be rolled up from each archive to the next, by Whisper's rules.
 *
 * @param archives The archives, the finest first.
 * @throws {RangeError} When a step does not divide the next one, an archive does not reach further back
 * than the one before it, or has too few points for one of the next.
 */
export function checkArchives(archives: readonly Archive[]): void {
  for (const [index, archive] of archives.entries()) {
    const { stepSeconds, points } = archive;
    if (stepSeconds < 1 || points < 1 || points > MOST_POINTS) {
      throw new RangeError(`Cannot keep ${points} points of ${stepSeconds} s`);
    }
    const coarser = archives[index + 1];
    if (coarser === undefined) continue;
    const pair = `${stepSeconds}:${points},${coarser.stepSeconds}:${coarser.points}`;
    if (coarser.stepSeconds === stepSeconds || coarser.stepSeconds % stepSeconds !== 0) {
      throw new RangeError(`Cannot roll up ${pair}: the steps do not divide`);
    }
    if (spanSeconds(coarser) <= spanSeconds(archive)) {
      throw new RangeError(`Cannot roll up ${pair}: the coarser archive spans no more time`);
    }
    if (points < coarser.stepSeconds / stepSeconds) {
      throw new RangeError(`Cannot roll up ${pair}: too few points for one of the coarser archive`);
    }
  }
}

/** Time that an archive spans, in seconds. */
export function spanSeconds({ stepSeconds, points }: Archive): number {
  return stepSeconds * points;
}
