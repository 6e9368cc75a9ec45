/**
 * Tables for terminals.
 *
 * @module
 */

import { escapeControls } from "../log/escape.ts";
import { displayWidth } from "./display_width.ts";

/** How a text is shown on a terminal with colours. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

const CODES: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

/**
 * Says whether standard output wants colours: only a terminal does, and not with `NO_COLOR` set
 * (https://no-color.org).
 */
export function wantsColours(): boolean {
  return !Deno.noColor && Deno.stdout.isTerminal();
}

/**
 * Puts a style around a text.
 *
 * @param text The text.
 * @param style The style.
 * @param colours Whether to; without, the text stays as it is.
 * @returns The text for the terminal.
 */
export function paint(text: string, style: Style, colours: boolean = wantsColours()): string {
  return colours ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

/** A column of a table. */
export interface Column<Row> {
  /** Its heading. */
  readonly title: string;
  /** Value of a row; `undefined` gives an empty cell. */
  readonly value: (row: Row) => string | number | undefined;
  /** Side on which texts stand. Default: numbers right, texts left. */
  readonly align?: "left" | "right";
  /** Style of a row's cell. Default: none. */
  readonly style?: (row: Row) => Style | undefined;
}

/** Options of {@linkcode table}. */
export interface TableOptions {
  /** Whether to use colours. Default: {@linkcode wantsColours}. */
  readonly colours?: boolean;
}

/** Blanks between two columns. */
const GAP = "  ";

function cells<Row>(rows: readonly Row[], column: Column<Row>, colours: boolean): string[] {
  const values = rows.map((row) => column.value(row));
  const align = column.align ??
    (values.some((value) => typeof value === "number") ? "right" : "left");
  const texts = [column.title, ...values.map((value) => escapeControls(String(value ?? "")))];
  const widths = texts.map(displayWidth);
  const width = widths.reduce((widest, next) => Math.max(widest, next), 0);
  return texts.map((text, index) => {
    const row = rows[index - 1];
    const style = index === 0 ? "bold" : row === undefined ? undefined : column.style?.(row);
    const shown = style === undefined ? text : paint(text, style, colours);
    const blanks = " ".repeat(width - (widths[index] ?? 0));
    return align === "right" ? blanks + shown : shown + blanks;
  });
}

/**
 * Lays rows out in aligned columns under their headings. Cells may hold text from outside: control
 * characters are escaped.
 *
 * @example
 * ```ts
 * import { table } from "./table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = table([{ nick: "alpha", load: 0.9 }], [
 *   { title: "Room nick", value: ({ nick }) => nick },
 *   { title: "1min", value: ({ load }) => load },
 * ], { colours: false });
 * assertEquals(text, "Room nick  1min\nalpha       0.9\n");
 * ```
 *
 * @param rows The rows.
 * @param columns The columns.
 * @param options Colours.
 * @returns The table; each line has its line end and no blanks before it.
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TableOptions = {},
): string {
  const { colours = wantsColours() } = options;
  const laidOut = columns.map((column) => cells(rows, column, colours));
  const lines = Array.from({ length: rows.length + 1 }, (_, index) => {
    return laidOut.map((column) => column[index] ?? "").join(GAP).trimEnd();
  });
  return lines.map((line) => `${line}\n`).join("");
}
