/**
 * A sequence diagram for terminals.
 *
 * @module
 */
import { displayWidth, paint, type Style } from "../../../lib/cli.ts";
import { escapeControls } from "../../../lib/log.ts";
import type { Note, Saying, Story } from "./story.ts";
import { detailsOf, fateOf, labelOf, type Mood, moodOf, pauseBefore } from "./words.ts";

/** How a diagram is drawn. */
export interface TerminalOptions {
  readonly colours: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** True: every value in full, each on a line of its own. */
  readonly full: boolean;
}

const GUTTER = 10;
const NARROWEST_GAP = 28;
const WIDEST_GAP = 40;
/** Columns kept for details beside the diagram. */
const DETAILS = 40;
const STYLES: Readonly<Record<Mood, Style | undefined>> = {
  plain: undefined,
  acked: undefined,
  repeated: "yellow",
  failed: "red",
};
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * Draws a story.
 *
 * @param story The story.
 * @param options See {@linkcode TerminalOptions}.
 * @returns The lines, in order.
 */
export function* drawTerminal(story: Story, options: TerminalOptions): Generator<string> {
  const pen = new Pen(story.components, options);
  yield pen.heading();
  for (const [index, step] of story.steps.entries()) {
    const pause = pauseBefore(step, story.steps[index - 1]);
    if (pause !== undefined) yield pen.pause(pause);
    if (step.type === "note") yield pen.note(step);
    else yield* pen.saying(step);
  }
}

class Pen {
  readonly #components: readonly string[];
  readonly #options: TerminalOptions;
  readonly #gap: number;
  readonly #left: number;

  constructor(components: readonly string[], options: TerminalOptions) {
    this.#components = components;
    this.#options = options;
    const gaps = Math.max(1, components.length - 1);
    const room = options.width - GUTTER - DETAILS;
    this.#gap = Math.min(WIDEST_GAP, Math.max(NARROWEST_GAP, Math.floor(room / gaps)));
    this.#left = Math.ceil(displayWidth(components[0] ?? "") / 2);
  }

  heading(): string {
    const cells = this.#cells(" ");
    for (const [index, name] of this.#components.entries()) {
      this.#write(cells, this.#column(index) - Math.floor(displayWidth(name) / 2), name);
    }
    return paint(" ".repeat(GUTTER) + cells.join("").trimEnd(), "bold", this.#options.colours);
  }

  pause(text: string): string {
    return this.#dim(`${text.padStart(GUTTER - 2)}  ${this.#cells("┊").join("").trimEnd()}`);
  }

  note({ t, of, text }: Note): string {
    const cells = this.#cells("│");
    const at = this.#column(this.#components.indexOf(of));
    this.#write(cells, at, "●");
    const tail = this.#components.indexOf(of) === this.#components.length - 1;
    if (!tail) this.#write(cells, at + 2, escapeControls(text).slice(0, this.#gap - 3));
    const line = cells.join("").trimEnd();
    return this.#time(t) + this.#dim(tail ? `${line} ${escapeControls(text)}` : line);
  }

  *saying(saying: Saying): Generator<string> {
    const { colours, full } = this.#options;
    const details = full ? "" : detailsOf(saying);
    const drawn = this.#arrow(saying);
    const room = Math.max(20, this.#options.width - GUTTER - displayWidth(drawn.plain) - 2);
    const tail = details === "" ? "" : `  ${cut(details, room)}`;
    yield `${this.#time(saying.t)}${drawn.painted}${paint(tail, "dim", colours)}`;
    if (!full) return;
    const indent = " ".repeat(GUTTER) + this.#cells("│").join("").trimEnd();
    for (const { name, value } of saying.values) {
      yield `${this.#dim(indent)}  ${paint(escapeControls(name), "cyan", colours)} ${
        escapeControls(value)
      }`;
    }
  }

  /** The row of an arrow, plain and painted. */
  #arrow(saying: Saying): { readonly plain: string; readonly painted: string } {
    const { colours } = this.#options;
    const cells = this.#cells("│");
    const from = this.#column(this.#components.indexOf(saying.from));
    const ends = saying.to.map((name) => this.#column(this.#components.indexOf(name)));
    const low = Math.min(from, ...ends);
    const high = Math.max(from, ...ends);
    const line = saying.copy > 1 || !saying.arrived ? "╌" : "─";
    for (let index = low + 1; index < high; index++) {
      cells[index] = cells[index] === "│" ? "┼" : line;
    }
    for (const end of ends) {
      if (end > from) cells[end - 1] = saying.arrived ? "▶" : "✗";
      else if (end < from) cells[end + 1] = saying.arrived ? "◀" : "✗";
      else this.#write(cells, from + 1, "⟲");
    }
    const fate = fateOf(saying);
    const label = cut(` ${labelOf(saying)}${fate === "" ? "" : ` ${fate}`} `, this.#gap - 4);
    const nearest = ends.some((end) => end > from) || low === high
      ? from + 2
      : from - this.#gap + 2;
    const centred = Math.max(0, Math.floor((this.#gap - 3 - displayWidth(label)) / 2));
    this.#write(cells, nearest + (low === high ? 1 : centred), label);
    const last = Math.max(high, this.#column(this.#components.length - 1));
    const plain = cells.slice(0, Math.max(last, nearest + displayWidth(label)) + 1).join("")
      .trimEnd();
    if (!colours) return { plain, painted: plain };
    const style = STYLES[moodOf(saying)];
    const text = style === undefined
      ? plain.replace(label, paint(label, "bold", true).replace(fate, paint(fate, "green", true)))
      : paint(plain, style, true);
    return { plain, painted: text };
  }

  #cells(lifeline: string): string[] {
    const width = this.#column(this.#components.length - 1) + this.#gap;
    const cells = new Array<string>(width).fill(" ");
    for (const index of this.#components.keys()) cells[this.#column(index)] = lifeline;
    return cells;
  }

  #column(index: number): number {
    return this.#left + Math.max(0, index) * this.#gap;
  }

  #write(cells: string[], at: number, text: string): void {
    let index = Math.max(0, at);
    for (const { segment } of graphemes.segment(text)) {
      cells[index] = segment;
      const width = displayWidth(segment);
      for (let next = 1; next < width; next++) cells[index + next] = "";
      index += Math.max(1, width);
    }
  }

  #time(t: number): string {
    return this.#dim(`${t.toFixed(3).padStart(GUTTER - 2)}  `);
  }

  #dim(text: string): string {
    return paint(text, "dim", this.#options.colours);
  }
}

function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    if (displayWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
