/**
 * Dates by pattern, the common part of C's strftime, in the machine's time zone.
 *
 * @module
 */

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Perl's `scalar localtime`, the form of the original's log lines. */
const LOCALTIME = "%a %b %e %H:%M:%S %Y";

const two = (value: number) => String(value).padStart(2, "0");
const hour12 = (date: Date) => date.getHours() % 12 || 12;

function zoneOffset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const sign = minutes < 0 ? "-" : "+";
  return `${sign}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
}

function dayOfYear(date: Date): number {
  const midnight = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (midnight - Date.UTC(date.getFullYear(), 0, 0)) / 86_400_000;
}

const CONVERSIONS: Readonly<Record<string, (date: Date) => string>> = {
  a: (date) => (DAYS[date.getDay()] ?? "").slice(0, 3),
  A: (date) => DAYS[date.getDay()] ?? "",
  b: (date) => (MONTHS[date.getMonth()] ?? "").slice(0, 3),
  B: (date) => MONTHS[date.getMonth()] ?? "",
  c: (date) => strftime(LOCALTIME, date),
  d: (date) => two(date.getDate()),
  D: (date) => strftime("%m/%d/%y", date),
  e: (date) => String(date.getDate()).padStart(2, " "),
  F: (date) => strftime("%Y-%m-%d", date),
  H: (date) => two(date.getHours()),
  I: (date) => two(hour12(date)),
  j: (date) => String(dayOfYear(date)).padStart(3, "0"),
  m: (date) => two(date.getMonth() + 1),
  M: (date) => two(date.getMinutes()),
  n: () => " ",
  p: (date) => date.getHours() < 12 ? "AM" : "PM",
  R: (date) => strftime("%H:%M", date),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  S: (date) => two(date.getSeconds()),
  t: () => " ",
  T: (date) => strftime("%H:%M:%S", date),
  y: (date) => two(date.getFullYear() % 100),
  Y: (date) => String(date.getFullYear()),
  z: zoneOffset,
  "%": () => "%",
};

/**
 * Writes a date by a pattern. Conversions that are not known stay as they are, as in C; `%n` and
 * `%t` give a blank, since a log line must not be broken.
 *
 * @param pattern The pattern, such as `%Y-%m-%d %H:%M:%S`.
 * @param date The date.
 * @returns The text.
 */
export function strftime(pattern: string, date: Date): string {
  return pattern.replace(/%(.)/g, (whole, letter: string) => {
    return Object.hasOwn(CONVERSIONS, letter) ? CONVERSIONS[letter]?.(date) ?? whole : whole;
  });
}

/** Writes a date as Perl's `localtime` does: `Fri Mar 25 16:18:57 2011`. */
export function localtime(date: Date): string {
  return strftime(LOCALTIME, date);
}
