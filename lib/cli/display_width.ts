/**
 * How many columns of a terminal a text takes.
 *
 * @module
 */

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Combining marks and invisible format characters. */
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
/** East Asian Wide and Fullwidth (Unicode, UAX #11), without the emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
// deno-lint-ignore no-control-regex -- the escape character begins a colour
const COLOURS = /\x1b\[[0-9;]*m/g;
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * Counts the columns that a text takes on a terminal. Colours take none, East Asian characters and
 * emoji two.
 *
 * @param text One line.
 * @returns The number of columns.
 */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text.replace(COLOURS, ""))) {
    if (ZERO_WIDTH.test(segment)) continue;
    width += EMOJI.test(segment) || WIDE.test(segment) ? 2 : 1;
  }
  return width;
}
