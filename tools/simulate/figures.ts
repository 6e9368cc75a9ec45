/**
 * Figures as people read them.
 *
 * @module
 */

/** A time: `0.42 ms`, `12.3 ms`, `1.25 s`, `3.2 min`, `5.1 h`. */
export function timeText(milliseconds: number): string {
  if (milliseconds === 0) return "0";
  const units = [["ms", 1], ["s", 1000], ["min", 60_000], ["h", 3_600_000]] as const;
  const [unit, size] = units.findLast(([, size]) => milliseconds >= size) ?? units[0];
  return `${threeDigits(milliseconds / size)} ${unit}`;
}

/** A size: `512 B`, `20.1 MiB`. */
export function sizeText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${threeDigits(bytes / 2 ** (10 * power))} ${units[power]}`;
}

/** A number: whole ones with blanks between thousands, others with three digits. */
export function numberText(value: number): string {
  if (!Number.isInteger(value) && Math.abs(value) < 1000) return threeDigits(value);
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, " ");
}

function threeDigits(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return `${Math.round(value)}`;
  return value.toFixed(value >= 10 ? 1 : 2);
}
