/**
 * From a log record to one line of text or of JSON.
 *
 * @module
 */

import { escapeControls } from "./escape.ts";
import { formatFields, type LogFields, plainValue, shorten } from "./fields.ts";
import type { LogLevel } from "./level.ts";
import { localtime, strftime } from "./strftime.ts";

/** Longest message in characters; what is longer is cut. */
const LONGEST_MESSAGE = 8000;

/** One thing that happened. */
export interface LogRecord {
  /** When, in milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** How important it is. */
  readonly level: LogLevel;
  /** What happened, in plain words. */
  readonly message: string;
  /** Values that belong to it. */
  readonly fields: LogFields;
}

/** Turns a record into a line, without the line end. */
export type LogFormat = (record: LogRecord) => string;

function fullMessage({ message, fields }: LogRecord): string {
  const text = escapeControls(shorten(message, LONGEST_MESSAGE));
  const extra = formatFields(fields);
  return extra === "" ? text : `${text} ${extra}`;
}

function conversion(letter: string, datePattern: string | undefined): LogFormat | undefined {
  switch (letter) {
    case "d":
      return datePattern === undefined
        ? ({ timeMs }) => localtime(new Date(timeMs))
        : ({ timeMs }) => escapeControls(strftime(datePattern, new Date(timeMs)));
    case "p":
      return ({ level }) => level;
    case "m":
      return fullMessage;
    case "n":
      return () => "";
    case "%":
      return () => "%";
    // File, line and package of the caller: known to Perl only.
    case "F":
    case "L":
    case "P":
      return () => "-";
    default:
      return undefined;
  }
}

/**
 * Makes a format from a pattern of Log::Dispatch::Config: `%d` date as `localtime` prints it,
 * `%d{…}` date by strftime, `%p` level, `%m` message and fields, `%n` line end (each line has one,
 * so it adds nothing), `%%` the sign itself; `%F`, `%L` and `%P` give `-`. Anything else stays.
 *
 * @param pattern The pattern.
 * @returns The format.
 */
export function patternFormat(pattern: string): LogFormat {
  const parts: LogFormat[] = [];
  const pieces = /%d\{([^}]*)\}|%(.)|([^%]+|%$)/gs;
  for (const [whole, datePattern, letter = "d", text] of pattern.matchAll(pieces)) {
    const literal = escapeControls(text ?? whole);
    parts.push(
      (text === undefined ? conversion(letter, datePattern) : undefined) ?? (() => literal),
    );
  }
  return (record) => parts.map((part) => part(record)).join("");
}

/** The original's line: `[Fri Mar 25 16:18:57 2011] [info] text`. */
export const textFormat: LogFormat = patternFormat("[%d] [%p] %m");

/** One JSON object a line: `time` (ISO 8601, UTC), `level`, `message`, then the fields. */
export function jsonFormat({ timeMs, level, message, fields }: LogRecord): string {
  const line: Record<string, unknown> = {
    time: new Date(timeMs).toISOString(),
    level,
    message: shorten(message, LONGEST_MESSAGE),
  };
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    line[Object.hasOwn(line, name) ? `field_${name}` : name] = plainValue(name, value);
  }
  // JSON escapes line ends itself, but neither C1 controls nor bidirectional marks.
  return escapeControls(JSON.stringify(line));
}
