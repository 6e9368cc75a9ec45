/**
 * Levels of log records, those of Log::Dispatch.
 *
 * @module
 */

/** Levels from the least important to the most. */
export const LOG_LEVELS = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
] as const;

/** Importance of a log record. */
export type LogLevel = typeof LOG_LEVELS[number];

const SHORT_NAMES: ReadonlyMap<string, LogLevel> = new Map([
  ["warn", "warning"],
  ["err", "error"],
  ["crit", "critical"],
  ["emerg", "emergency"],
]);

const RANKS: ReadonlyMap<string, number> = new Map(LOG_LEVELS.map((level, rank) => [level, rank]));

/** Rank of a level: 0 for `debug`, 7 for `emergency`. */
export function levelRank(level: LogLevel): number {
  return RANKS.get(level) ?? 0;
}

/**
 * Reads a level as Log::Dispatch does.
 *
 * @param text A name (`warning`), a short name (`warn`) or a number from 0 to 7.
 * @returns The level, or `undefined` where there is none of that name.
 */
export function parseLogLevel(text: string): LogLevel | undefined {
  const word = text.toLowerCase();
  if (/^[0-7]$/.test(word)) return LOG_LEVELS[Number(word)];
  return SHORT_NAMES.get(word) ?? LOG_LEVELS.find((level) => level === word);
}
