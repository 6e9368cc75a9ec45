/**
 * Carbon's plaintext protocol: a point a line.
 *
 * @module
 */

/** A value of a series at some time. */
export interface Point {
  /** Name of the series, its parts separated by dots. */
  readonly path: string;
  /** The value; never NaN. */
  readonly value: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** Longest path in characters. */
const LONGEST_PATH = 1024;
/** Longest part of a path in bytes, as that of a file's name for Whisper. */
const LONGEST_PART = 250;
/** Most parts of a path. */
const MOST_PARTS = 64;

/** The numbers that carbon reads; `Number` alone would take `0x10` and an empty text, too. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITY = /^([+-]?)inf(?:inity)?$/i;

/**
 * Reads `path value timestamp`, separated by any blanks.
 *
 * @param line The line, without its end.
 * @param now The present second, which a timestamp of -1 stands for.
 * @returns The point; `undefined` where the line is none, its value is NaN or its path cannot be kept.
 */
export function parsePointLine(line: string, now: number): Point | undefined {
  const [path, valueText, timeText, ...more] = line.trim().split(/\s+/);
  if (path === undefined || valueText === undefined || timeText === undefined) return undefined;
  if (more.length > 0) return undefined;
  const value = parseNumber(valueText);
  const sent = Math.trunc(parseNumber(timeText));
  const timestamp = sent === -1 ? now : sent;
  if (Number.isNaN(value) || !Number.isSafeInteger(timestamp)) return undefined;
  const normal = normalPath(path);
  return normal === undefined ? undefined : { path: normal, value, timestamp };
}

function parseNumber(text: string): number {
  if (NUMBER.test(text)) return Number(text);
  const sign = INFINITY.exec(text)?.[1];
  return sign === undefined ? NaN : sign === "-" ? -Infinity : Infinity;
}

/**
 * Makes one path of the forms that Whisper keeps in one file: empty parts within it go.
 *
 * @param path The path as sent.
 * @returns The path; `undefined` where it begins or ends with a dot, has a `/` (which would be a folder
 * of Whisper's) or is too long.
 */
function normalPath(path: string): string | undefined {
  if (path.length > LONGEST_PATH || path.startsWith(".") || path.endsWith(".")) return undefined;
  if (path.includes("/")) return undefined;
  const isPlain = path.length <= LONGEST_PART && !path.includes("..") && !/[^\x21-\x7e]/.test(path);
  const parts = path.split(".");
  if (parts.length > MOST_PARTS) return undefined;
  if (isPlain) return path;
  const kept = parts.filter((part) => part !== "");
  const isTooLong = kept.some((part) => new TextEncoder().encode(part).length > LONGEST_PART);
  return isTooLong ? undefined : kept.join(".");
}
