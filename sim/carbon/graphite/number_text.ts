/**
 * Numbers as Graphite writes them into names and tags.
 *
 * @module
 */

/**
 * Writes a number with six significant digits, as `%g` of C does.
 *
 * @param value The number.
 * @returns Such as `2`, `0.5` or `1e+06`.
 */
export function generalNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  const [digits = "", exponent = "0"] = value.toExponential(5).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return `${Number(value.toPrecision(6))}`;
  const sign = power < 0 ? "-" : "+";
  return `${Number(digits)}e${sign}${`${Math.abs(power)}`.padStart(2, "0")}`;
}

/** Writes a number so that it is seen not to be whole, as Python does: `2.0`. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return generalNumber(value);
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}
