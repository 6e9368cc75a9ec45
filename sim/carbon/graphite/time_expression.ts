/**
 * Graphite's times: `-1h`, `now-7d`, `1700000000`, `midnight`, `16:00_20260131`, `monday` …, all in UTC.
 *
 * @module
 */

import { RequestError } from "./request_error.ts";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY_SECONDS = 86_400;
/** Beginnings of units and their seconds; the first that fits counts, so `min` stands before `mon`. */
const UNITS: readonly (readonly [string, number])[] = [
  ["s", 1],
  ["min", 60],
  ["h", 3600],
  ["d", DAY_SECONDS],
  ["w", 7 * DAY_SECONDS],
  ["mon", 30 * DAY_SECONDS],
  ["y", 365 * DAY_SECONDS],
];
/** Furthest offset: no span that a series could have is longer. */
const MOST_SECONDS = 1000 * 365 * DAY_SECONDS;
const LONGEST_TEXT = 100;

/**
 * Reads a time.
 *
 * @param text The text.
 * @param now The present second.
 * @returns Seconds since the epoch.
 * @throws {RequestError} When it is no time.
 */
export function parseTime(text: string, now: number): number {
  if (text.length > LONGEST_TEXT) throw new RequestError(`Time of ${text.length} characters`);
  const time = text.toLowerCase().replace(/[_, ]/g, "");
  if (/^\d+$/.test(time) && dateOf(time) === undefined) {
    if (Number(time) > MOST_SECONDS) throw new RequestError(`Time ${time} is too far ahead`);
    return Number(time);
  }
  const sign = /[+-]/.exec(time)?.index ?? time.length;
  return parseReference(time.slice(0, sign), now) + parseOffset(time.slice(sign));
}

/**
 * Reads a length of time, such as `1h`, `-7d` or `1h30min`.
 *
 * @param text The text; without a sign it is positive.
 * @returns Seconds.
 * @throws {RequestError} When it is none.
 */
export function parseOffset(text: string): number {
  const [, sign, rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  let seconds = 0;
  for (const [, count, unit = ""] of rest.matchAll(/(\d+)([a-z]*)|./gis)) {
    if (count === undefined) throw new RequestError(`Invalid offset: ${text}`);
    const size = UNITS.find(([name]) => unit.startsWith(name))?.[1];
    if (size === undefined) throw new RequestError(`Invalid offset unit '${unit}'`);
    seconds += Number(count) * size;
  }
  if (seconds > MOST_SECONDS) throw new RequestError(`Offset ${text} is too long`);
  return sign === "-" ? -seconds : seconds;
}

/** A time of day, a day, or both. */
function parseReference(text: string, now: number): number {
  if (text === "" || text === "now") return now;
  const clock = /^(?:(\d{1,2}):(\d{2})(am|pm)?|(\d{1,2})(am|pm)|(noon|midnight|teatime))?(.*)$/
    .exec(text);
  const [, hour, minute, half, fullHour, fullHalf, word, day = ""] = clock ?? [];
  const isAfternoon = (half ?? fullHalf) === "pm";
  const words: Readonly<Record<string, number>> = { noon: 12, midnight: 0, teatime: 16 };
  const hours = word === undefined ? Number(hour ?? fullHour ?? 0) : words[word] ?? 0;
  const atHour = isAfternoon ? (hours + 12) % 24 : hours;
  if (atHour > 23 || Number(minute ?? 0) > 59) {
    throw new RequestError(`Invalid time of day: ${text}`);
  }
  return parseDay(day, now, text) + atHour * 3600 + Number(minute ?? 0) * 60;
}

/** Midnight of a day. */
function parseDay(day: string, now: number, text: string): number {
  const today = now - now % DAY_SECONDS;
  if (day === "" || day === "today") return today;
  if (day === "yesterday") return today - DAY_SECONDS;
  if (day === "tomorrow") return today + DAY_SECONDS;
  const date = dateOf(day) ?? slashedDate(day) ?? namedDate(day, now);
  if (date !== undefined) return date;
  const weekday = WEEKDAYS.indexOf(day.slice(0, 3));
  if (weekday < 0) throw new RequestError(`Unknown day reference: ${text}`);
  const daysAgo = (new Date(today * 1000).getUTCDay() - weekday + 7) % 7;
  return today - daysAgo * DAY_SECONDS;
}

/** `YYYYMMDD`. */
function dateOf(day: string): number | undefined {
  const [, year, month, date] = /^(\d{4})(\d{2})(\d{2})$/.exec(day) ?? [];
  if (year === undefined || Number(year) <= 1900) return undefined;
  return midnight(Number(year), Number(month), Number(date));
}

/** `MM/DD/YY` or `MM/DD/YYYY`. */
function slashedDate(day: string): number | undefined {
  const [, month, date, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{1,4})$/.exec(day) ?? [];
  if (year === undefined) return undefined;
  const inCentury = Number(year) < 1900 ? Number(year) + 1900 : Number(year);
  return midnight(inCentury < 1970 ? inCentury + 100 : inCentury, Number(month), Number(date));
}

/** `january 5`, without the blank. */
function namedDate(day: string, now: number): number | undefined {
  const month = MONTHS.indexOf(day.slice(0, 3));
  if (month < 0) return undefined;
  const date = /\d{1,2}$/.exec(day)?.[0];
  if (date === undefined) throw new RequestError("Day of month required after month name");
  return midnight(new Date(now * 1000).getUTCFullYear(), month + 1, Number(date));
}

function midnight(year: number, month: number, date: number): number | undefined {
  if (month < 1 || month > 12 || date < 1 || date > 31) return undefined;
  return Date.UTC(year, month - 1, date) / 1000;
}
